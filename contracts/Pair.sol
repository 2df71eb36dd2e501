// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// Holds two reserves, as it says; anyone may set them. Words are wide, so that they can be too large.
contract Pair {
    address public token0;
    address public token1;
    uint256 private reserve0;
    uint256 private reserve1;

    constructor(address token0_, address token1_) {
        token0 = token0_;
        token1 = token1_;
    }

    function sync(uint256 reserve0_, uint256 reserve1_) external {
        reserve0 = reserve0_;
        reserve1 = reserve1_;
    }

    function getReserves() external view returns (uint256, uint256, uint32) {
        return (reserve0, reserve1, uint32(block.timestamp));
    }
}
