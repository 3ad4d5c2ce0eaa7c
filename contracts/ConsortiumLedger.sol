// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.26;

import {EntryTree} from "./EntryTree.sol";
import {Members} from "./Members.sol";

/// The consortium's index: who belongs to it, what each hospital has committed to, and who may see what.
/// Only hashes and keyed tags stand here, and in Mode 2 records that are encrypted for their readers.
contract ConsortiumLedger is Members {
    /// What a reader may see of a record; what each view hides is the custodian's redaction policy.
    enum View { None, Hospital, Telemedicine, Resident, Regulator }

    struct Grant {
        address grantedBy;
        View view_;
        uint64 validUntil; // seconds since 1970
        uint256 kinds; // bit k: resource type number k of the index
    }

    /// A record's content key, encrypted for one reader.
    struct WrappedKey {
        address reader;
        bytes wrapped;
    }

    mapping(bytes16 subjectTag => mapping(address grantee => Grant)) private _grants;

    /// All that a replay needs of one batch. `timestamp` is block.timestamp in the chain's own unit; `entries` are packed 74-byte
    /// index entries, numbered from `firstSeq` on.
    event BatchAnchored(
        address indexed custodian, uint64 indexed firstSeq, uint64 count, bytes32 root, bytes32 head, uint256 timestamp, bytes entries
    );
    event Granted(
        bytes16 indexed subjectTag, address indexed grantee, address indexed by, uint256 kinds, View view_, uint64 validUntil, bytes32 consent
    );
    event Revoked(bytes16 indexed subjectTag, address indexed grantee, address indexed by, bytes32 consent);
    event Attested(address indexed witness, address indexed custodian, uint64 seq, bytes32 head);
    event RecordPublished(address indexed custodian, uint64 indexed seq, bytes cipher, WrappedKey[] keys);
    event KeysWrapped(address indexed custodian, uint64 indexed seq, WrappedKey[] keys);

    error WrongSequence(uint64 given, uint64 next);
    error NoEntries();
    error CutEntry(uint256 length);
    error WrongRoot(bytes32 given, bytes32 computed);
    error NotActiveMember(address account);
    error NotSubject(address caller, bytes16 subjectTag);
    error NoConsent();
    error NoKinds();
    error NoView();
    error GrantInThePast(uint64 validUntil, uint64 now_);
    error NoGrant(bytes16 subjectTag, address grantee);
    error NotCustodian(address account);
    error NotYetAnchored(uint64 seq, uint64 next);
    error NoCipher();
    error NoKeys();

    constructor(uint64 unitsPerSecond, uint256 threshold, Genesis[] memory hospitals) Members(unitsPerSecond, threshold, hospitals) {}

    /// Anchors the caller's next entries. `root` must be the batch tree's root over `entries`.
    function anchor(uint64 firstSeq, bytes32 root, bytes calldata entries) external onlyHospital {
        uint256 length = entries.length;
        if (length == 0) revert NoEntries();
        if (length % EntryTree.ENTRY_LENGTH != 0) revert CutEntry(length);
        _anchor(firstSeq, root, entries);
    }

    /// Mode 2: anchors one entry and publishes its record, encrypted, with the content key wrapped for each reader.
    function publish(uint64 firstSeq, bytes calldata entry, bytes calldata cipher, WrappedKey[] calldata keys) external onlyHospital {
        if (entry.length != EntryTree.ENTRY_LENGTH) revert CutEntry(entry.length);
        if (cipher.length == 0) revert NoCipher();
        if (keys.length == 0) revert NoKeys();
        _anchor(firstSeq, EntryTree.root(entry), entry);
        emit RecordPublished(msg.sender, firstSeq, cipher, keys);
    }

    /// Mode 2: wraps the content key of a published record for more readers.
    function wrapKeys(uint64 seq, WrappedKey[] calldata keys) external onlyHospital {
        uint64 next = _members[msg.sender].nextSeq;
        if (seq >= next) revert NotYetAnchored(seq, next);
        if (keys.length == 0) revert NoKeys();
        emit KeysWrapped(msg.sender, seq, keys);
    }

    /// Gives a member a view of some kinds of a subject's records. A resident grants for itself (`consent` is then optional); a
    /// hospital grants on a consent that it has recorded, and names it by its commitment. A later grant replaces an earlier one.
    function grant(bytes16 subjectTag, address grantee, uint256 kinds, View view_, uint64 validUntil, bytes32 consent) external {
        _checkSpeaksFor(subjectTag, consent);
        if (!_members[grantee].active) revert NotActiveMember(grantee);
        if (kinds == 0) revert NoKinds();
        if (view_ == View.None) revert NoView();
        uint64 now_ = _secondsNow();
        if (validUntil <= now_) revert GrantInThePast(validUntil, now_);
        _grants[subjectTag][grantee] = Grant(msg.sender, view_, validUntil, kinds);
        emit Granted(subjectTag, grantee, msg.sender, kinds, view_, validUntil, consent);
    }

    /// Takes a grant back; whoever may grant may revoke.
    function revoke(bytes16 subjectTag, address grantee, bytes32 consent) external {
        _checkSpeaksFor(subjectTag, consent);
        if (_grants[subjectTag][grantee].view_ == View.None) revert NoGrant(subjectTag, grantee);
        delete _grants[subjectTag][grantee];
        emit Revoked(subjectTag, grantee, msg.sender, consent);
    }

    /// A member states that it replayed a custodian's first `seq` entries and arrived at `head`. Nothing here judges the statement:
    /// two that differ, on this chain or on a fork of it, are the proof.
    function attest(address custodian_, uint64 seq, bytes32 head) external {
        if (!_members[msg.sender].active) revert NotActiveMember(msg.sender);
        Member storage attested = _members[custodian_];
        if (attested.role != Role.Hospital) revert NotCustodian(custodian_);
        if (seq > attested.nextSeq) revert NotYetAnchored(seq, attested.nextSeq);
        emit Attested(msg.sender, custodian_, seq, head);
    }

    function custodian(address account) external view returns (uint64 nextSeq, bytes32 head) {
        Member storage found = _members[account];
        return (found.nextSeq, found.head);
    }

    function grantOf(bytes16 subjectTag, address grantee) external view returns (Grant memory) {
        return _grants[subjectTag][grantee];
    }

    /// What `reader` may see of a subject's records of a kind now: hospitals all, telemedicine enterprises the de-identified view and
    /// regulators the audit view where no grant gives more, residents their own records without medication details.
    function viewOf(address reader, bytes16 subjectTag, uint16 kind) external view returns (View) {
        Member storage found = _members[reader];
        if (found.active) {
            if (found.role == Role.Hospital) return View.Hospital;
            Grant storage given = _grants[subjectTag][reader];
            bool full = given.view_ == View.Hospital && kind < 256 && given.validUntil > _secondsNow() && (given.kinds >> kind) & 1 == 1;
            if (full) return View.Hospital;
            return found.role == Role.Regulator ? View.Regulator : View.Telemedicine;
        }
        return subjectTag != 0 && _subjectTags[reader] == subjectTag ? View.Resident : View.None;
    }

    /// True where `entry` stands at `index` of a batch of `count` entries with this root.
    function verifyInclusion(bytes32 root, uint256 index, uint256 count, bytes calldata entry, bytes32[] calldata path)
        external
        pure
        returns (bool)
    {
        return EntryTree.verifyInclusion(root, index, count, entry, path);
    }

    function _anchor(uint64 firstSeq, bytes32 root, bytes calldata entries) private {
        Member storage writer = _members[msg.sender];
        uint64 next = writer.nextSeq;
        if (firstSeq != next) revert WrongSequence(firstSeq, next);
        bytes32 computed = EntryTree.root(entries);
        if (computed != root) revert WrongRoot(root, computed);
        uint64 count = uint64(entries.length / EntryTree.ENTRY_LENGTH);
        bytes32 head = keccak256(abi.encodePacked(writer.head, firstSeq, count, root));
        writer.nextSeq = next + count;
        writer.head = head;
        emit BatchAnchored(msg.sender, firstSeq, count, root, head, block.timestamp, entries);
    }

    function _checkSpeaksFor(bytes16 subjectTag, bytes32 consent) private view {
        if (subjectTag == 0) revert NoSubjectTag();
        if (_subjectTags[msg.sender] == subjectTag) return;
        if (!_isActiveHospital(msg.sender)) revert NotSubject(msg.sender, subjectTag);
        if (consent == 0) revert NoConsent();
    }
}
