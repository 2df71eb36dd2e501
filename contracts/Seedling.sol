// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// Something harmless to deploy: keeps a number, and the coins it was made with.
contract Seedling {
    uint256 public immutable height;

    constructor(uint256 start) payable {
        require(start < 100, "too tall");
        height = start;
    }
}
