// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.26;

/// The batch tree of record-commitment.md: leaf = keccak256(0x00 || entry), node = keccak256(0x01 || left || right),
/// split as in RFC 9162 section 2.1.1. An entry has 74 bytes.
library EntryTree {
    uint256 internal constant ENTRY_LENGTH = 74;

    /// The root over entries packed one after the other. The caller has checked that there is at least one and that none is cut.
    ///
    /// The tree is built level by level in place. Pairing neighbours and moving an odd last node up unchanged gives
    /// the RFC 9162 split. A pair lies at 64-byte steps, its parent goes to half that distance, so a parent never
    /// overwrites a node that is still to be read; the byte before a pair belongs to a node already consumed
    /// (or to the scratch area, for the first pair) and takes the domain byte, so that a pair is hashed where it lies.
    function root(bytes calldata entries) internal pure returns (bytes32 result) {
        assembly ("memory-safe") {
            let scratch := mload(0x40) // 75 bytes: the domain byte of a leaf (zero) and its entry
            let body := add(scratch, 1)
            let nodes := add(scratch, 0x60)
            let source := entries.offset
            let end := add(source, entries.length)
            let write := nodes
            mstore8(scratch, 0)
            for {} lt(source, end) {} {
                calldatacopy(body, source, 74)
                mstore(write, keccak256(scratch, 75))
                source := add(source, 74)
                write := add(write, 0x20)
            }

            for { let count := div(entries.length, 74) } gt(count, 1) {} {
                let pairs := shr(1, count)
                let read := sub(nodes, 1)
                let last := add(read, shl(6, pairs))
                write := nodes
                for {} lt(read, last) {} {
                    mstore8(read, 1)
                    mstore(write, keccak256(read, 65))
                    read := add(read, 0x40)
                    write := add(write, 0x20)
                }
                if and(count, 1) { mstore(write, mload(add(read, 1))) }
                count := sub(count, pairs)
            }
            result := mload(nodes)
        }
    }

    /// RFC 9162 section 2.1.3.2.
    function verifyInclusion(bytes32 expectedRoot, uint256 index, uint256 count, bytes calldata entry, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        if (entry.length != ENTRY_LENGTH || index >= count) return false;
        uint256 first = index;
        uint256 last = count - 1;
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0x00), entry));
        for (uint256 i = 0; i < path.length; ++i) {
            if (last == 0) return false;
            if (first & 1 == 1 || first == last) {
                hash = keccak256(abi.encodePacked(bytes1(0x01), path[i], hash));
                while (first & 1 == 0 && first != 0) {
                    first >>= 1;
                    last >>= 1;
                }
            } else {
                hash = keccak256(abi.encodePacked(bytes1(0x01), hash, path[i]));
            }
            first >>= 1;
            last >>= 1;
        }
        return last == 0 && hash == expectedRoot;
    }
}
