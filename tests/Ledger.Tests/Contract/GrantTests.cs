using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

public sealed class GrantTests(ChainFixture fixture) : IClassFixture<ChainFixture>
{
    private static readonly Hash256 Consent = new(Enumerable.Repeat((byte)0xc0, 32).ToArray());

    [Fact]
    public async Task ViewOf_EachRole_IsItsStandingRight()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 2);
        ConsortiumLedgerContract contract = consortium.Contract;
        (LedgerAccount resident, Tag128 tag) = await consortium.ResidentAsync();
        LedgerAccount telemedicine = await consortium.AdmitAsync(MemberRole.Telemedicine);
        LedgerAccount regulator = await consortium.AdmitAsync(MemberRole.Regulator);
        LedgerAccount stranger = await consortium.StrangerAsync();
        Assert.Equal(LedgerView.Hospital, await contract.ViewAsync(consortium.Hospitals[1].Address, tag, 5));
        Assert.Equal(LedgerView.Telemedicine, await contract.ViewAsync(telemedicine.Address, tag, 5));
        Assert.Equal(LedgerView.Regulator, await contract.ViewAsync(regulator.Address, tag, 5));
        Assert.Equal(LedgerView.Resident, await contract.ViewAsync(resident.Address, tag, 5));
        Assert.Equal(LedgerView.None, await contract.ViewAsync(resident.Address, fixture.NewSubject(), 5));
        Assert.Equal(LedgerView.None, await contract.ViewAsync(stranger.Address, tag, 5));
        Assert.Equal(LedgerView.None, await contract.ViewAsync(stranger.Address, Tag128.Zero, 5)); // no tag is nobody's, not everybody's
    }

    [Fact]
    public async Task Grant_ByTheResident_HoldsForItsKindsUntilItEnds()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        ConsortiumLedgerContract contract = consortium.Contract;
        (LedgerAccount resident, Tag128 tag) = await consortium.ResidentAsync();
        LedgerAccount telemedicine = await consortium.AdmitAsync(MemberRole.Telemedicine);
        DateTimeOffset until = await fixture.NowAsync() + TimeSpan.FromHours(1);

        TransactionReceipt receipt = await resident.SendAsync(
            contract.Address, contract.EncodeGrant(tag, telemedicine.Address, KindSet.Of(0, 103, 255), LedgerView.Hospital, until));

        var granted = (Granted)ConsortiumLedgerContract.DecodeEvent(receipt.Logs[0])!;
        Assert.Equal((tag, telemedicine.Address, resident.Address, LedgerView.Hospital, until), (granted.SubjectTag, granted.Grantee, granted.By, granted.View, granted.ValidUntil));
        Assert.Equal([0, 103, 255], granted.Kinds.ToKinds());
        Assert.Equal(new GrantState(resident.Address, LedgerView.Hospital, until, granted.Kinds), await contract.GrantAsync(tag, telemedicine.Address));
        foreach ((ushort kind, LedgerView view) in new[] { ((ushort)103, LedgerView.Hospital), ((ushort)0, LedgerView.Hospital), ((ushort)255, LedgerView.Hospital), ((ushort)104, LedgerView.Telemedicine), ((ushort)256, LedgerView.Telemedicine), ((ushort)359, LedgerView.Telemedicine) })
        {
            Assert.Equal(view, await contract.ViewAsync(telemedicine.Address, tag, kind));
        }

        await fixture.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(LedgerView.Telemedicine, await contract.ViewAsync(telemedicine.Address, tag, 103));
    }

    [Fact]
    public async Task Revoke_ByTheHospitalOnAWithdrawal_EndsTheResidentsGrant()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        ConsortiumLedgerContract contract = consortium.Contract;
        (LedgerAccount resident, Tag128 tag) = await consortium.ResidentAsync();
        LedgerAccount telemedicine = await consortium.AdmitAsync(MemberRole.Telemedicine);
        Assert.Equal("NoGrant", await consortium.RefusalAsync(resident, contract.EncodeRevoke(tag, telemedicine.Address)));
        await resident.SendAsync(contract.Address, contract.EncodeGrant(tag, telemedicine.Address, KindSet.All, LedgerView.Hospital, DateTimeOffset.MaxValue));
        TransactionReceipt receipt = await consortium.Hospitals[0].SendAsync(contract.Address, contract.EncodeRevoke(tag, telemedicine.Address, Consent));
        var revoked = (Revoked)ConsortiumLedgerContract.DecodeEvent(receipt.Logs[0])!;
        Assert.Equal((tag, telemedicine.Address, consortium.Hospitals[0].Address, Consent), (revoked.SubjectTag, revoked.Grantee, revoked.By, revoked.Consent));
        Assert.Null(await contract.GrantAsync(tag, telemedicine.Address));
        Assert.Equal(LedgerView.Telemedicine, await contract.ViewAsync(telemedicine.Address, tag, 5));
    }

    [Fact]
    public async Task Grant_ThatMakesNoSense_IsRefused()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        ConsortiumLedgerContract contract = consortium.Contract;
        (LedgerAccount resident, Tag128 tag) = await consortium.ResidentAsync();
        LedgerAccount telemedicine = await consortium.AdmitAsync(MemberRole.Telemedicine);
        DateTimeOffset now = await fixture.NowAsync();
        (byte[] Call, string Error)[] cases =
        [
            (contract.EncodeGrant(Tag128.Zero, telemedicine.Address, KindSet.All, LedgerView.Telemedicine, now.AddDays(1)), "NoSubjectTag"),
            (contract.EncodeGrant(tag, resident.Address, KindSet.All, LedgerView.Telemedicine, now.AddDays(1)), "NotActiveMember"),
            (contract.EncodeGrant(tag, telemedicine.Address, KindSet.Of(), LedgerView.Telemedicine, now.AddDays(1)), "NoKinds"),
            (contract.EncodeGrant(tag, telemedicine.Address, KindSet.All, LedgerView.None, now.AddDays(1)), "NoView"),
            (contract.EncodeGrant(tag, telemedicine.Address, KindSet.All, LedgerView.Telemedicine, now.AddSeconds(-1)), "GrantInThePast"),
            (contract.EncodeRevoke(Tag128.Zero, telemedicine.Address), "NoSubjectTag"),
        ];
        foreach ((byte[] call, string error) in cases) Assert.Equal(error, await consortium.RefusalAsync(resident, call));
    }

    [Fact]
    public async Task Grant_ToAMemberSuspendedLater_GivesNothingWhileItIsSuspended()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1);
        ConsortiumLedgerContract contract = consortium.Contract;
        (LedgerAccount resident, Tag128 tag) = await consortium.ResidentAsync();
        LedgerAccount telemedicine = await consortium.AdmitAsync(MemberRole.Telemedicine);
        await resident.SendAsync(contract.Address, contract.EncodeGrant(tag, telemedicine.Address, KindSet.All, LedgerView.Hospital, DateTimeOffset.MaxValue));
        await consortium.GovernAsync(contract.EncodeSuspend(telemedicine.Address));
        Assert.Equal(LedgerView.None, await contract.ViewAsync(telemedicine.Address, tag, 5));
        await consortium.GovernAsync(contract.EncodeReinstate(telemedicine.Address));
        Assert.Equal(LedgerView.Hospital, await contract.ViewAsync(telemedicine.Address, tag, 5));
    }

    [Fact]
    public async Task Grant_OnAChainThatCountsMilliseconds_EndsAtTheSameInstant()
    {
        // The development chain counts seconds; a contract told that it counts half-seconds sees half the time.
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 1, timestampUnit: 2);
        ConsortiumLedgerContract contract = consortium.Contract;
        DateTimeOffset half = DateTimeOffset.FromUnixTimeSeconds((await fixture.NowAsync()).ToUnixTimeSeconds() / 2);
        Tag128 tag = fixture.NewSubject();
        Address grantee = consortium.Hospitals[0].Address;
        Assert.Equal("GrantInThePast", await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodeGrant(tag, grantee, KindSet.All, LedgerView.Hospital, half.AddSeconds(-1), Consent)));
        Assert.Null(await consortium.RefusalAsync(consortium.Hospitals[0], contract.EncodeGrant(tag, grantee, KindSet.All, LedgerView.Hospital, half.AddMinutes(1), Consent)));
    }

    [Fact]
    public async Task RegisterResident_OnlyOnceAndNeverAMember()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 3);
        ConsortiumLedgerContract contract = consortium.Contract;
        (LedgerAccount resident, Tag128 tag) = await consortium.ResidentAsync();
        Assert.Equal(tag, await contract.ResidentAsync(resident.Address));
        Assert.Equal("AlreadyResident", await consortium.RefusalAsync(consortium.Hospitals[1], contract.EncodeRegisterResident(resident.Address, fixture.NewSubject())));
        Assert.Equal("AlreadyMember", await consortium.RefusalAsync(consortium.Hospitals[1], contract.EncodeRegisterResident(consortium.Hospitals[0].Address, tag)));
        Assert.Equal("InvalidAccount", await consortium.RefusalAsync(consortium.Hospitals[1], contract.EncodeRegisterResident(Address.Zero, tag)));
        Assert.Equal("NoSubjectTag", await consortium.RefusalAsync(consortium.Hospitals[1], contract.EncodeRegisterResident(LocalSigner.Generate().Address, Tag128.Zero)));
        Assert.Equal("NotResident", await consortium.RefusalAsync(consortium.Hospitals[1], contract.EncodeRemoveResident(LocalSigner.Generate().Address)));

        // Once the hospital that vouched is gone, another one may undo it.
        Assert.Equal("NotRegistrar", await consortium.RefusalAsync(consortium.Hospitals[1], contract.EncodeRemoveResident(resident.Address)));
        LedgerAccount gone = consortium.Hospitals[0];
        await consortium.GovernAsync(contract.EncodeSuspend(gone.Address));
        Assert.Null(await consortium.RefusalAsync(consortium.Hospitals[1], contract.EncodeRemoveResident(resident.Address)));
        Assert.Null(await contract.ResidentAsync(resident.Address));
        Assert.Equal(LedgerView.None, await contract.ViewAsync(resident.Address, tag, 5));
    }

    [Fact]
    public async Task Attest_AboutACustodian_IsEmittedAndNotJudged()
    {
        TestConsortium consortium = await TestConsortium.DeployAsync(fixture, hospitals: 2);
        ConsortiumLedgerContract contract = consortium.Contract;
        LedgerAccount regulator = await consortium.AdmitAsync(MemberRole.Regulator);
        Address custodian = consortium.Hospitals[0].Address;
        TransactionReceipt receipt = await regulator.SendAsync(contract.Address, contract.EncodeAttest(custodian, 0, Consent));
        var attested = (Attested)ConsortiumLedgerContract.DecodeEvent(receipt.Logs[0])!;
        Assert.Equal((regulator.Address, custodian, 0ul, Consent), (attested.Witness, attested.Custodian, attested.Sequence, attested.Head));
        Assert.Equal("NotYetAnchored", await consortium.RefusalAsync(regulator, contract.EncodeAttest(custodian, 1, Consent)));
        Assert.Equal("NotCustodian", await consortium.RefusalAsync(regulator, contract.EncodeAttest(regulator.Address, 0, Consent)));
    }
}
