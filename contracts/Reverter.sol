// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// Fails in every way that a contract can.
contract Reverter {
    error Forbidden(address caller, uint256 code);

    function withReason() external pure {
        revert("not today");
    }

    function withPanic(uint256 zero) external pure returns (uint256) {
        return 1 / zero;
    }

    function withCustom() external view {
        revert Forbidden(msg.sender, 42);
    }

    function silently() external pure {
        assembly {
            revert(0, 0)
        }
    }

    function burn() external pure {
        while (true) {}
    }
}
