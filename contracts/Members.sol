// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.26;

import {Governor} from "./Governor.sol";

/// The consortium's members and the residents that its hospitals vouch for. One address has one part: an address that was ever
/// a member cannot be a resident, and a key that was replaced never comes back.
abstract contract Members is Governor {
    enum Role { None, Hospital, Telemedicine, Regulator }

    /// One hospital of the first hour.
    struct Genesis {
        address account;
        string endpoint;
        string name;
    }

    struct Member {
        Role role;
        bool active;
        uint64 admittedAt; // block number
        uint64 nextSeq; // of a custodian: how many entries it has anchored
        bytes32 head; // of a custodian: the chained head over them
        address replacedBy;
        string endpoint;
        string name;
    }

    uint256 private constant LONGEST_TEXT = 512;

    /// The unit of block.timestamp: 1 where the chain counts seconds, 1000 where it counts milliseconds.
    uint64 public timestampUnitsPerSecond;
    uint64 private _hospitalCount;
    mapping(address account => Member) internal _members;
    mapping(address account => bytes16) internal _subjectTags;
    mapping(address account => address) private _registrars;
    address[] private _accounts;

    /// The member's whole state after a change.
    event MemberChanged(address indexed account, Role role, bool active, address replacedBy, string endpoint, string name);
    event ResidentRegistered(address indexed resident, bytes16 indexed subjectTag, address indexed hospital);
    event ResidentRemoved(address indexed resident, bytes16 indexed subjectTag, address indexed by);

    error NoTimestampUnit();
    error InvalidAccount(address account);
    error InvalidRole();
    error AlreadyMember(address account);
    error AlreadyResident(address account);
    error NotMember(address account);
    error AlreadySuspended(address account);
    error NotSuspended(address account);
    error KeyReplaced(address account, address replacedBy);
    error LastHospital(address account);
    error TextTooLong(uint256 length, uint256 longest);
    error NoSubjectTag();
    error NotResident(address account);
    error NotRegistrar(address caller, address registrar);

    constructor(uint64 unitsPerSecond, uint256 threshold, Genesis[] memory hospitals) {
        if (unitsPerSecond == 0) revert NoTimestampUnit();
        timestampUnitsPerSecond = unitsPerSecond;
        for (uint256 i = 0; i < hospitals.length; ++i) {
            _admit(hospitals[i].account, Role.Hospital, hospitals[i].endpoint, hospitals[i].name);
        }
        _setThreshold(threshold);
    }

    function admit(address account, Role role, string calldata endpoint, string calldata name) external governed {
        _admit(account, role, endpoint, name);
    }

    function suspend(address account) external governed {
        Member storage member_ = _member(account);
        if (!member_.active) revert AlreadySuspended(account);
        if (member_.role == Role.Hospital && --_hospitalCount == 0) revert LastHospital(account);
        member_.active = false;
        _emitChanged(account);
    }

    function reinstate(address account) external governed {
        Member storage member_ = _member(account);
        if (member_.active) revert NotSuspended(account);
        if (member_.replacedBy != address(0)) revert KeyReplaced(account, member_.replacedBy);
        if (member_.role == Role.Hospital) ++_hospitalCount;
        member_.active = true;
        _emitChanged(account);
    }

    /// Puts a new key in the place of a member's old one. What the old key anchored stays under the old address with its last
    /// number and head; the new address numbers from 0. So a custodian's chain never has two writers.
    function rotateKey(address account, address replacement) external governed {
        Member storage member_ = _member(account);
        if (member_.replacedBy != address(0)) revert KeyReplaced(account, member_.replacedBy);
        if (!member_.active) revert AlreadySuspended(account);
        _admit(replacement, member_.role, member_.endpoint, member_.name);
        if (member_.role == Role.Hospital) --_hospitalCount;
        member_.active = false;
        member_.replacedBy = replacement;
        _emitChanged(account);
    }

    function setEndpoint(address account, string calldata endpoint) external governed {
        _checkText(endpoint);
        _member(account).endpoint = endpoint;
        _emitChanged(account);
    }

    /// Binds a resident's address to the subject tag under which the hospitals index the resident's records.
    function registerResident(address resident, bytes16 subjectTag) external onlyHospital {
        if (resident == address(0) || resident == address(this)) revert InvalidAccount(resident);
        if (subjectTag == 0) revert NoSubjectTag();
        if (_members[resident].role != Role.None) revert AlreadyMember(resident);
        if (_subjectTags[resident] != 0) revert AlreadyResident(resident);
        _subjectTags[resident] = subjectTag;
        _registrars[resident] = msg.sender;
        emit ResidentRegistered(resident, subjectTag, msg.sender);
    }

    /// Undone by the resident, by the hospital that registered it, or by any hospital once that one is no longer active.
    function removeResident(address resident) external {
        bytes16 subjectTag = _subjectTags[resident];
        if (subjectTag == 0) revert NotResident(resident);
        if (msg.sender != resident) {
            address registrar = _registrars[resident];
            if (!_isActiveHospital(msg.sender)) revert NotActiveHospital(msg.sender);
            if (msg.sender != registrar && _isActiveHospital(registrar)) revert NotRegistrar(msg.sender, registrar);
        }
        delete _subjectTags[resident];
        delete _registrars[resident];
        emit ResidentRemoved(resident, subjectTag, msg.sender);
    }

    function member(address account) external view returns (Member memory) {
        return _members[account];
    }

    function memberCount() external view returns (uint256) {
        return _accounts.length;
    }

    /// Members in the order of their admission, suspended and replaced ones included.
    function memberAt(uint256 index) external view returns (address account, Member memory found) {
        account = _accounts[index];
        found = _members[account];
    }

    /// The resident's subject tag; zero for an address that is no resident.
    function subjectTagOf(address resident) external view returns (bytes16) {
        return _subjectTags[resident];
    }

    function activeHospitals() external view returns (uint256) {
        return _hospitalCount;
    }

    function _isGoverned(bytes4 selector) internal pure override returns (bool) {
        return selector == this.admit.selector || selector == this.suspend.selector || selector == this.reinstate.selector
            || selector == this.rotateKey.selector || selector == this.setEndpoint.selector || selector == this.setThreshold.selector;
    }

    function _isActiveHospital(address account) internal view override returns (bool) {
        Member storage found = _members[account];
        return found.active && found.role == Role.Hospital;
    }

    function _activeHospitals() internal view override returns (uint256) {
        return _hospitalCount;
    }

    function _secondsNow() internal view override returns (uint64) {
        return uint64(block.timestamp / timestampUnitsPerSecond);
    }

    function _admit(address account, Role role, string memory endpoint, string memory name) private {
        if (account == address(0) || account == address(this)) revert InvalidAccount(account);
        if (role == Role.None) revert InvalidRole();
        if (_members[account].role != Role.None) revert AlreadyMember(account);
        if (_subjectTags[account] != 0) revert AlreadyResident(account);
        _checkText(endpoint);
        _checkText(name);
        Member storage admitted = _members[account];
        admitted.role = role;
        admitted.active = true;
        admitted.admittedAt = uint64(block.number);
        admitted.endpoint = endpoint;
        admitted.name = name;
        _accounts.push(account);
        if (role == Role.Hospital) ++_hospitalCount;
        _emitChanged(account);
    }

    function _member(address account) private view returns (Member storage found) {
        found = _members[account];
        if (found.role == Role.None) revert NotMember(account);
    }

    function _emitChanged(address account) private {
        Member storage changed = _members[account];
        emit MemberChanged(account, changed.role, changed.active, changed.replacedBy, changed.endpoint, changed.name);
    }

    function _checkText(string memory text) private pure {
        if (bytes(text).length > LONGEST_TEXT) revert TextTooLong(bytes(text).length, LONGEST_TEXT);
    }
}
