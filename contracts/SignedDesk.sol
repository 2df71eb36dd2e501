// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// The part of Permit2 that takes signatures: allowances in order of their nonces, transfers in any order. It moves nothing.
contract SignedDesk {
    struct Details {
        address token;
        uint160 amount;
        uint48 expiration;
        uint48 nonce;
    }

    struct Kept {
        uint160 amount;
        uint48 expiration;
        uint48 nonce;
    }

    bytes32 private constant DOMAIN = keccak256("EIP712Domain(string name,uint256 chainId,address verifyingContract)");
    bytes32 private constant DETAILS = keccak256("PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)");
    bytes32 private constant BATCH = keccak256(
        "PermitBatch(PermitDetails[] details,address spender,uint256 sigDeadline)PermitDetails(address token,uint160 amount,uint48 expiration,uint48 nonce)"
    );
    bytes32 private constant PERMITTED = keccak256("TokenPermissions(address token,uint256 amount)");
    bytes32 private constant TRANSFER = keccak256(
        "PermitTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline)TokenPermissions(address token,uint256 amount)"
    );

    mapping(address => mapping(address => mapping(address => Kept))) public allowance;
    mapping(address => mapping(uint256 => uint256)) public nonceBitmap;

    function permitBatch(address owner, Details[] calldata details, address spender, uint256 deadline, bytes calldata signature) external {
        bytes memory words;
        for (uint256 i = 0; i < details.length; i++) {
            words = bytes.concat(words, keccak256(abi.encode(DETAILS, details[i])));
            Kept storage kept = allowance[owner][details[i].token][spender];
            require(kept.nonce == details[i].nonce, "nonce");
            (kept.amount, kept.expiration, kept.nonce) = (details[i].amount, details[i].expiration, details[i].nonce + 1);
        }
        check(keccak256(abi.encode(BATCH, keccak256(words), spender, deadline)), owner, signature);
    }

    function permitTransferFrom(address owner, address token, uint256 amount, uint256 nonce, uint256 deadline, bytes calldata signature) external {
        bytes32 permitted = keccak256(abi.encode(PERMITTED, token, amount));
        check(keccak256(abi.encode(TRANSFER, permitted, msg.sender, nonce, deadline)), owner, signature);
        require(nonceBitmap[owner][nonce >> 8] & (1 << (nonce & 255)) == 0, "nonce");
        nonceBitmap[owner][nonce >> 8] |= 1 << (nonce & 255);
    }

    function check(bytes32 order, address owner, bytes calldata signature) private view {
        bytes32 domain = keccak256(abi.encode(DOMAIN, keccak256("Permit2"), block.chainid, address(this)));
        bytes32 hash = keccak256(abi.encodePacked(hex"1901", domain, order));
        address signer = ecrecover(hash, uint8(signature[64]), bytes32(signature[0:32]), bytes32(signature[32:64]));
        require(signer != address(0) && signer == owner, "signature");
    }
}
