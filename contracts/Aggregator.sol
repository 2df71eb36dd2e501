// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// Tells a price in rounds; anyone may set what it tells, sense or nonsense.
contract Aggregator {
    uint8 public decimals;
    string public description;
    uint80 private roundId;
    int256 private answer;
    uint256 private startedAt;
    uint256 private updatedAt;
    uint80 private answeredInRound;
    uint8 private mood;

    constructor(string memory description_, uint8 decimals_) {
        description = description_;
        decimals = decimals_;
    }

    /// A closed round of this very moment.
    function tell(int256 answer_) external {
        // What it costs depends on the block that it lands in: an estimate of another moment must do.
        require(gasleft() > 200000);
        roundId += 1;
        answer = answer_;
        startedAt = block.timestamp;
        updatedAt = block.timestamp;
        answeredInRound = roundId;
    }

    function set(uint80 roundId_, int256 answer_, uint256 startedAt_, uint256 updatedAt_, uint80 answeredInRound_) external {
        roundId = roundId_;
        answer = answer_;
        startedAt = startedAt_;
        updatedAt = updatedAt_;
        answeredInRound = answeredInRound_;
    }

    function describe(string calldata description_, uint8 decimals_) external {
        description = description_;
        decimals = decimals_;
    }

    /// 1: fails; 2: burns all its gas; 3: answers with a single word; 4: answers with far too much.
    function behave(uint8 mood_) external {
        mood = mood_;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        if (mood == 1) revert("no data present");
        while (mood == 2) {}
        if (mood == 3) {
            assembly {
                mstore(0, 1)
                return(0, 32)
            }
        }
        if (mood == 4) {
            assembly {
                return(0, 40000)
            }
        }
        return (roundId, answer, startedAt, updatedAt, answeredInRound);
    }
}
