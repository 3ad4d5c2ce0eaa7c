using System.Data.Common;
using System.Text;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary><c>$disclose</c> and <c>$receipt</c>.</summary>
public sealed class DisclosureTests
{
    private const string Patient = """{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:mrn","value":"7"}],"name":[{"text":"欧阳测试"}],"gender":"female"}""";

    [Theory, BothStores]
    public async Task EachRole_GetsAViewThatVerifiesAgainstTheCommitment(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        Tag128 recordId = IndexIdentifiers.RecordId(host.Options.CustodianKey, "Patient", "p", "1");

        foreach (MemberRole role in new[] { MemberRole.Hospital, MemberRole.Telemedicine, MemberRole.Regulator })
        {
            using LocalSigner member = host.Membership.Member(role);
            Answer answer = await host.PostAsync("$disclose", Parameters(recordId), await host.TokenAsync(member));

            Assert.Equal(200, answer.Status);
            Assert.True(Verify(answer).Ok);
            Assert.Equal(role == MemberRole.Hospital, answer.Text.Contains("欧阳测试", StringComparison.Ordinal));
            Assert.Null(answer.Parameter("receipt"));
        }

        Assert.Equal(200, (await host.GetAsync($"$disclose?recordId={recordId}")).Status);
        Assert.True(Verify(await host.GetAsync("Patient/p/_history/1/$disclose")).Ok);
    }

    [Theory, BothStores]
    public async Task AlteredBytes_AreDisclosedAsTheyAre_AndDoNotVerify(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        await AlterAsync(host, "\"female\"", "\"femalE\"");

        Answer answer = await host.GetAsync("Patient/p/$disclose");

        Assert.Equal(200, answer.Status);
        Assert.False(Verify(answer).Ok);
        Assert.Equal("femalE", answer.Parameter("view")!.Value.GetProperty("resource").GetProperty("gender").GetString());
    }

    [Theory, BothStores]
    public async Task BytesThatAreNoJsonAnyMore_AreA500ThatNamesTheRecord(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        await AlterAsync(host, "\"female\"", "\"female ");
        Tag128 recordId = IndexIdentifiers.RecordId(host.Options.CustodianKey, "Patient", "p", "1");

        foreach (MemberRole role in new[] { MemberRole.Hospital, MemberRole.Regulator })
        {
            using LocalSigner member = host.Membership.Member(role);
            Answer answer = (await host.PostAsync("$disclose", Parameters(recordId), await host.TokenAsync(member))).ShouldFail(500, "exception");
            Assert.Contains(recordId.ToString(), answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("欧阳", answer.Text, StringComparison.Ordinal);
        }
    }

    [Theory, BothStores]
    public async Task UnknownRecordId_Is404_AndABadOne400(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);

        (await host.PostAsync("$disclose", Parameters(Tag128.Zero))).ShouldFail(404, "not-found");
        (await host.PostAsync("$disclose", """{"resourceType":"Parameters","parameter":[{"name":"recordId","valueString":"x"}]}""")).ShouldFail(400, "required");
        (await host.PostAsync("$disclose", """{"resourceType":"Patient"}""")).ShouldFail(400, "invalid");
        (await host.PostAsync("$disclose", "[")).ShouldFail(400, "structure");
    }

    [Theory, BothStores]
    public async Task Deletion_IsDisclosedAsItsTombstone(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        await host.PutAsync("Patient/p", Patient);
        await host.DeleteAsync("Patient/p");

        Answer answer = await host.PostAsync("$disclose", Parameters(IndexIdentifiers.RecordId(host.Options.CustodianKey, "Patient", "p", "2")));

        Assert.True(Verify(answer).Ok);
        Assert.Contains("urn:consortium:record-lifecycle", answer.Text, StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task Receipt_OnceAnchored_ProvesTheInclusion(Dialect dialect)
    {
        await using FacadeHost host = await FacadeHost.StartAsync(dialect);
        for (int i = 0; i < 3; i++) await host.PutAsync($"Patient/p{i}", Patient.Replace("\"p\"", $"\"p{i}\"", StringComparison.Ordinal));
        IndexEntry[] entries = await EntriesAsync(host);
        await host.Services.GetRequiredService<ReceiptStore>().AnchorAsync(new RecordsAnchored
        {
            Custodian = host.Options.Custodian.ToString(),
            ChainId = host.Options.ChainId,
            Contract = host.Options.Contract.ToString(),
            FirstSequence = 10,
            Root = BatchTree.Root(entries).ToString(),
            Head = new string('1', 64),
            TransactionHash = new string('2', 64),
            BlockNumber = 17,
            BlockHash = new string('3', 64),
            BlockTimestamp = 1,
            Entries = IndexEntry.Pack(entries),
        });

        Answer answer = await host.GetAsync("Patient/p1/$disclose");

        System.Text.Json.JsonElement[] parts = [.. answer.Parameter("receipt")!.Value.GetProperty("part").EnumerateArray()];
        Assert.Equal(11UL, parts.Single(part => part.GetProperty("name").GetString() == "sequence").GetProperty("valueDecimal").GetUInt64());
        Hash256[] path = [.. parts.Where(part => part.GetProperty("name").GetString() == "inclusionPath").Select(part => Hash256.Parse(part.GetProperty("valueString").GetString()!))];
        Assert.True(BatchTree.VerifyInclusion(entries[1], 1, 3, path, BatchTree.Root(entries)));
        Assert.Equal((await host.GetAsync("Patient/p1/$receipt")).Parameter("receipt")!.Value.GetRawText(), answer.Parameter("receipt")!.Value.GetRawText());

        FacadeCounts counts = await host.Services.GetRequiredService<FacadeStatus>().CountsAsync();
        Assert.Equal((3L, 3L, 3L, 0L), (counts.Resources, counts.Versions, counts.Anchored, counts.Pending));
        Assert.All(await host.Services.GetRequiredService<FacadeStatus>().RecentAsync(2), record => Assert.True(record.Anchored));
    }

    private static string Parameters(Tag128 recordId) => "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"recordId\",\"valueString\":\"" + recordId + "\"}]}";

    private static VerificationResult Verify(Answer answer) => DisclosureVerifier.Verify(
        answer.Parameter("viewBytes")!.Value.GetProperty("valueBase64Binary").GetBytesFromBase64(),
        Disclosure.Parse(answer.Parameter("disclosure")!.Value.GetProperty("valueBase64Binary").GetBytesFromBase64()),
        Hash256.Parse(answer.Parameter("commitment")!.Value.GetProperty("valueString").GetString()!));

    private static async Task AlterAsync(FacadeHost host, string from, string to)
    {
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        byte[] body = await connection.QuerySingleAsync<byte[]>("SELECT body FROM resource_version");
        string changed = Encoding.UTF8.GetString(body).Replace(from, to, StringComparison.Ordinal);
        await connection.ExecuteAsync("UPDATE resource_version SET body = @body", new { body = Encoding.UTF8.GetBytes(changed) });
    }

    private static async Task<IndexEntry[]> EntriesAsync(FacadeHost host)
    {
        await using DbConnection connection = await host.Services.GetRequiredService<Database>().ConnectAsync();
        return [.. (await connection.QueryAsync<byte[]>("SELECT body FROM outbox_facade ORDER BY seq"))
            .SelectMany(body => IndexEntry.Unpack(System.Text.Json.JsonSerializer.Deserialize<RecordCommitted>(body)!.Entries))];
    }
}
