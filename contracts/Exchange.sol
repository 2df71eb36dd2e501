// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

interface IStock {
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// A third party's exchange: what it pays, to whom, and what it takes besides is in calldata that nobody decodes.
contract Exchange {
    address public immutable owner = msg.sender;

    /// Pays `amount` of its stock to `to`, for whatever was sent along.
    function trade(IStock out, uint256 amount, address to) external payable {
        out.transfer(to, amount);
    }

    /// The same, and uses an old allowance on the side.
    function tradeAndTake(IStock out, uint256 amount, address to, IStock extra, uint256 taken) external payable {
        out.transfer(to, amount);
        extra.transferFrom(msg.sender, owner, taken);
    }
}
