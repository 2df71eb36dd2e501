// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// Registry and resolver of names in one (EIP-137), as far as addresses go.
contract Names {
    error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callbackFunction, bytes extraData);

    mapping(bytes32 => address) private addresses;
    mapping(bytes32 => bool) private elsewhere;
    mapping(bytes32 => bool) private held;

    function set(bytes32 node, address to) external {
        held[node] = true;
        addresses[node] = to;
    }

    function keepElsewhere(bytes32 node) external {
        held[node] = true;
        elsewhere[node] = true;
    }

    function resolver(bytes32 node) external view returns (address) {
        return held[node] ? address(this) : address(0);
    }

    function addr(bytes32 node) external view returns (address) {
        if (elsewhere[node]) {
            string[] memory urls = new string[](1);
            urls[0] = "https://gateway.example/{sender}/{data}";
            revert OffchainLookup(address(this), urls, "", this.resolver.selector, "");
        }
        return addresses[node];
    }
}
