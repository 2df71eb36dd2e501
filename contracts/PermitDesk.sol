// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// The part of Permit2 that keeps allowances.
contract PermitDesk {
    struct Allowance {
        uint160 amount;
        uint48 expiration;
        uint48 nonce;
    }

    mapping(address => mapping(address => mapping(address => Allowance))) public allowance;

    event Approval(address indexed owner, address indexed token, address indexed spender, uint160 amount, uint48 expiration);

    function approve(address token, address spender, uint160 amount, uint48 expiration) external {
        Allowance storage given = allowance[msg.sender][token][spender];
        (given.amount, given.expiration) = (amount, expiration);
        emit Approval(msg.sender, token, spender, amount, expiration);
    }
}
