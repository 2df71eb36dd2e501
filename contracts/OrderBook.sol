// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// What contracts tell of orders, each by the view of its own name; anybody may set it.
contract OrderBook {
    struct Status {
        bool isValidated;
        bool isCancelled;
        uint256 filled;
        uint256 size;
    }

    uint256 public nonce;
    mapping(bytes32 => Status) public getOrderStatus;
    mapping(address => uint256) public getCounter;
    mapping(bytes => uint256) public filledAmount;
    mapping(address => mapping(bytes32 => uint256)) public rawRemainingInvalidatorForOrder;
    mapping(address => mapping(uint256 => uint256)) private bits;
    mapping(bytes32 => bool) public disabledDelegations;
    mapping(uint256 => mapping(address => bool)) public hasVoted;
    mapping(address => mapping(uint192 => uint256)) public sequence;
    mapping(address => uint256) public nonces;

    function setNonce(uint256 value) external { nonce = value; }
    function setStatus(bytes32 hash, Status calldata status) external { getOrderStatus[hash] = status; }
    function setCounter(uint256 value) external { getCounter[msg.sender] = value; }
    function setFilled(bytes calldata uid, uint256 value) external { filledAmount[uid] = value; }
    function setRemaining(bytes32 hash, uint256 value) external { rawRemainingInvalidatorForOrder[msg.sender][hash] = value; }
    function setBit(uint256 number) external { bits[msg.sender][number >> 8] |= 1 << (number & 255); }
    function bitInvalidatorForOrder(address maker, uint256 number) external view returns (uint256) { return bits[maker][number >> 8]; }
    function disable(bytes32 hash) external { disabledDelegations[hash] = true; }
    function castVote(uint256 proposal) external { hasVoted[proposal][msg.sender] = true; }
    function setSequence(uint192 key, uint256 value) external { sequence[msg.sender][key] = value; }
    function getNonce(address account, uint192 key) external view returns (uint256) { return (uint256(key) << 64) | sequence[account][key]; }
    function setNonces(uint256 value) external { nonces[msg.sender] = value; }
}
