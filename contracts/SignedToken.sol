// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// A token that takes allowances (EIP-2612) and payments (EIP-3009) by signature.
contract SignedToken {
    bytes32 private constant DOMAIN = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant PERMIT = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant TRANSFER = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant CANCEL = keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");

    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    mapping(address => uint256) public nonces;
    mapping(address => mapping(bytes32 => bool)) public authorizationState;

    constructor(address holder, uint256 amount) {
        balanceOf[holder] = amount;
    }

    function permit(address owner, address spender, uint256 value, uint256 deadline, bytes calldata signature) external {
        require(block.timestamp <= deadline, "late");
        check(keccak256(abi.encode(PERMIT, owner, spender, value, nonces[owner]++, deadline)), owner, signature);
        allowance[owner][spender] = value;
    }

    function transferWithAuthorization(
        address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce, bytes calldata signature
    ) external {
        require(block.timestamp > validAfter && block.timestamp < validBefore, "late");
        check(keccak256(abi.encode(TRANSFER, from, to, value, validAfter, validBefore, nonce)), from, signature);
        use(from, nonce);
        balanceOf[from] -= value;
        balanceOf[to] += value;
    }

    function cancelAuthorization(address authorizer, bytes32 nonce, bytes calldata signature) external {
        check(keccak256(abi.encode(CANCEL, authorizer, nonce)), authorizer, signature);
        use(authorizer, nonce);
    }

    function use(address owner, bytes32 nonce) private {
        require(!authorizationState[owner][nonce], "used");
        authorizationState[owner][nonce] = true;
    }

    function check(bytes32 order, address owner, bytes calldata signature) private view {
        bytes32 domain = keccak256(abi.encode(DOMAIN, keccak256("Signed"), keccak256("1"), block.chainid, address(this)));
        bytes32 hash = keccak256(abi.encodePacked(hex"1901", domain, order));
        address signer = ecrecover(hash, uint8(signature[64]), bytes32(signature[0:32]), bytes32(signature[32:64]));
        require(signer != address(0) && signer == owner, "signature");
    }
}
