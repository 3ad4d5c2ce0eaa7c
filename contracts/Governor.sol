// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.26;

/// The consortium's multi-signature: m active hospitals decide together. A proposal holds the call that it makes when it is
/// executed; the call goes from the contract to itself, which is the only caller that the governed functions accept.
/// Approvals are counted when a proposal is executed, and only those of hospitals that are active then.
abstract contract Governor {
    struct Proposal {
        address proposer;
        uint64 expiresAt; // seconds since 1970
        bool executed;
        bytes action;
        address[] approvals;
    }

    /// A proposal that found no majority in this time is void, so that nobody is surprised by it later.
    uint64 public constant PROPOSAL_LIFE = 30 days;

    uint256 public proposalCount;
    uint256 internal _threshold;
    mapping(uint256 id => Proposal) private _proposals;

    event Proposed(uint256 indexed id, address indexed hospital, bytes action, uint64 expiresAt);
    event Approved(uint256 indexed id, address indexed hospital);
    event ApprovalWithdrawn(uint256 indexed id, address indexed hospital);
    event Executed(uint256 indexed id, address indexed hospital);
    event ThresholdChanged(uint256 threshold);

    error NotActiveHospital(address caller);
    error OnlyByProposal(address caller);
    error NotGoverned(bytes4 selector);
    error UnknownProposal(uint256 id);
    error ProposalExpired(uint256 id, uint64 expiresAt);
    error AlreadyExecuted(uint256 id);
    error AlreadyApproved(uint256 id, address hospital);
    error NotApproved(uint256 id, address hospital);
    error NotEnoughApprovals(uint256 id, uint256 approvals, uint256 required);
    error ThresholdOutOfRange(uint256 threshold, uint256 lowest, uint256 highest);

    modifier onlyHospital() {
        if (!_isActiveHospital(msg.sender)) revert NotActiveHospital(msg.sender);
        _;
    }

    modifier governed() {
        if (msg.sender != address(this)) revert OnlyByProposal(msg.sender);
        _;
    }

    /// Proposes `action` (the encoded call of a governed function) and approves it.
    function propose(bytes calldata action) external onlyHospital returns (uint256 id) {
        bytes4 selector = action.length < 4 ? bytes4(0) : bytes4(action[:4]);
        if (!_isGoverned(selector)) revert NotGoverned(selector);
        id = ++proposalCount;
        Proposal storage proposal = _proposals[id];
        proposal.proposer = msg.sender;
        proposal.expiresAt = _secondsNow() + PROPOSAL_LIFE;
        proposal.action = action;
        proposal.approvals.push(msg.sender);
        emit Proposed(id, msg.sender, action, proposal.expiresAt);
        emit Approved(id, msg.sender);
    }

    function approve(uint256 id) external onlyHospital {
        Proposal storage proposal = _open(id);
        if (_approvalIndex(proposal, msg.sender) < proposal.approvals.length) revert AlreadyApproved(id, msg.sender);
        proposal.approvals.push(msg.sender);
        emit Approved(id, msg.sender);
    }

    function withdrawApproval(uint256 id) external onlyHospital {
        Proposal storage proposal = _open(id);
        address[] storage approvals = proposal.approvals;
        uint256 index = _approvalIndex(proposal, msg.sender);
        if (index == approvals.length) revert NotApproved(id, msg.sender);
        approvals[index] = approvals[approvals.length - 1];
        approvals.pop();
        emit ApprovalWithdrawn(id, msg.sender);
    }

    /// Makes the proposed call, once enough of the hospitals that are active now approve.
    function execute(uint256 id) external onlyHospital {
        Proposal storage proposal = _open(id);
        uint256 approvals = _countApprovals(proposal);
        uint256 required = requiredApprovals();
        if (approvals < required) revert NotEnoughApprovals(id, approvals, required);
        proposal.executed = true;
        (bool success, bytes memory result) = address(this).call(proposal.action);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
        emit Executed(id, msg.sender);
    }

    function setThreshold(uint256 threshold) external governed {
        _setThreshold(threshold);
    }

    /// How many active hospitals must approve now. Never one alone where there are several, whatever the threshold says
    /// (a consortium that starts with one hospital has threshold 1), and never more than there are.
    function requiredApprovals() public view returns (uint256) {
        uint256 active = _activeHospitals();
        uint256 wanted = _threshold < 2 ? 2 : _threshold;
        return wanted < active ? wanted : active;
    }

    function proposalOf(uint256 id)
        external
        view
        returns (address proposer, uint64 expiresAt, bool executed, uint256 approvals, uint256 required, bytes memory action)
    {
        Proposal storage found = _known(id);
        return (found.proposer, found.expiresAt, found.executed, _countApprovals(found), requiredApprovals(), found.action);
    }

    function _setThreshold(uint256 threshold) internal {
        uint256 active = _activeHospitals();
        uint256 lowest = active < 2 ? 1 : 2;
        if (threshold < lowest || threshold > active) revert ThresholdOutOfRange(threshold, lowest, active);
        _threshold = threshold;
        emit ThresholdChanged(threshold);
    }

    function _isActiveHospital(address account) internal view virtual returns (bool);

    function _activeHospitals() internal view virtual returns (uint256);

    function _isGoverned(bytes4 selector) internal pure virtual returns (bool);

    function _secondsNow() internal view virtual returns (uint64);

    function _known(uint256 id) private view returns (Proposal storage found) {
        found = _proposals[id];
        if (found.proposer == address(0)) revert UnknownProposal(id);
    }

    function _open(uint256 id) private view returns (Proposal storage found) {
        found = _known(id);
        if (found.executed) revert AlreadyExecuted(id);
        if (_secondsNow() > found.expiresAt) revert ProposalExpired(id, found.expiresAt);
    }

    function _approvalIndex(Proposal storage found, address hospital) private view returns (uint256 index) {
        uint256 count = found.approvals.length;
        while (index < count && found.approvals[index] != hospital) ++index;
    }

    function _countApprovals(Proposal storage found) private view returns (uint256 approvals) {
        for (uint256 i = 0; i < found.approvals.length; ++i) {
            if (_isActiveHospital(found.approvals[i])) ++approvals;
        }
    }
}
