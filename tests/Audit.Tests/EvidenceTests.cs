using System.Text;
using System.Text.Json.Nodes;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Audit.Tests;

/// <summary>Portable evidence: made of a real chain and a custodian, checked against the chain and against a checkpoint, and changed in every member.</summary>
public sealed class EvidenceTests(ReplayWorld world) : IClassFixture<ReplayWorld>
{
    [Fact]
    public async Task Export_ThenVerify_HoldsAgainstTheChainAndAgainstACheckpoint()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        EvidenceFile evidence = EvidenceFile.Parse((await ExportAsync(consortium, 7)).ToJson());

        EvidenceResult byChain = await EvidenceVerifier.AgainstChainAsync(evidence, world.Client);
        Assert.True(byChain.Ok, byChain.Reason);
        Assert.Equal(evidence.BlockTime, byChain.AnchoredAt);
        Assert.Equal(7UL, evidence.Sequence);
        Assert.Equal(evidence.BlockHash, evidence.Header.ComputeHash());
        EvidenceResult byCheckpoint = EvidenceVerifier.AgainstCheckpoint(evidence, Checkpoint.Parse((await consortium.ReplayAsync()).ToJson()));
        Assert.True(byCheckpoint.Ok, byCheckpoint.Reason);
        Assert.Contains("\"o7\"", Encoding.UTF8.GetString(evidence.View), StringComparison.Ordinal);
        Assert.DoesNotContain("王小明", Encoding.UTF8.GetString(evidence.ToJson()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_AnyMemberChanged_FailsOrIsNoEvidence()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        byte[] whole = (await ExportAsync(consortium, 3)).ToJson();
        Checkpoint checkpoint = Checkpoint.Parse((await consortium.ReplayAsync()).ToJson());
        int changed = 0;
        foreach (string path in Scalars(JsonNode.Parse(whole)!, ""))
        {
            // Said for the reader's convenience, proved by nothing, and used in no check.
            if (path is "/exportedAt" or "/reader" or "/block/time") continue;
            JsonNode file = JsonNode.Parse(whole)!;
            Change(file, path);
            EvidenceFile evidence;
            try
            {
                evidence = EvidenceFile.Parse(Encoding.UTF8.GetBytes(file.ToJsonString()));
            }
            catch (FormatException)
            {
                changed++;
                continue;
            }

            bool byChain = (await EvidenceVerifier.AgainstChainAsync(evidence, world.Client)).Ok;
            bool byCheckpoint = EvidenceVerifier.AgainstCheckpoint(evidence, checkpoint).Ok;

            // The chain does not need the later batches; a checkpoint does not know blocks and transactions.
            if (path.StartsWith("/batch/later/", StringComparison.Ordinal)) Assert.False(byCheckpoint, path);
            else if (path.StartsWith("/block/", StringComparison.Ordinal)) Assert.False(byChain, path);
            else Assert.False(byChain || byCheckpoint, path);
            changed++;
        }

        Assert.True(changed > 40, $"{changed} members were changed");
    }

    [Fact]
    public async Task Checkpoint_OlderOrNewerThanTheEvidence_SaysWhatToDo()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        Checkpoint before = Checkpoint.Parse((await consortium.ReplayAsync()).ToJson());
        EvidenceFile early = await ExportAsync(consortium, 0);
        IndexEntry[] more = [consortium.A.Store("Observation", "later", 1, await world.NowAsync())];
        await consortium.AnchorAsync(consortium.A, more);
        Checkpoint after = Checkpoint.Parse((await consortium.ReplayAsync()).ToJson());
        EvidenceFile late = await new EvidenceExporter().ExportAsync(consortium.Options, consortium.A.Signer.Address, more[0].RecordId);

        Assert.Contains("older than the record", EvidenceVerifier.AgainstCheckpoint(late, before).Reason, StringComparison.Ordinal);
        Assert.Contains("Export it again", EvidenceVerifier.AgainstCheckpoint(early, after).Reason, StringComparison.Ordinal);
        Assert.True(EvidenceVerifier.AgainstCheckpoint(early, before).Ok);
        Assert.True(EvidenceVerifier.AgainstCheckpoint(late, after).Ok);
        Assert.True(EvidenceVerifier.AgainstCheckpoint(await ExportAsync(consortium, 0), after).Ok);
    }

    [Fact]
    public async Task Export_RecordAlteredAtTheCustodian_MakesNothing()
    {
        await using ReplayWorld.Consortium consortium = await world.ConsortiumAsync();
        IndexEntry entry = Entry(await EventsAsync(consortium), 2);
        consortium.A.Tamper(entry.RecordId, "\"final\"", "\"amended\"");

        EvidenceException refused = await Assert.ThrowsAsync<EvidenceException>(() => new EvidenceExporter().ExportAsync(consortium.Options, consortium.A.Signer.Address, entry.RecordId));

        Assert.Contains("does not verify", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<EvidenceException>(() => new EvidenceExporter().ExportAsync(consortium.Options, consortium.B.Signer.Address, entry.RecordId));
        await Assert.ThrowsAsync<EvidenceException>(() => new EvidenceExporter().ExportAsync(consortium.Options with { Regulator = null }, consortium.A.Signer.Address, entry.RecordId));
    }

    private static async Task<EvidenceFile> ExportAsync(ReplayWorld.Consortium consortium, int sequence) => await new EvidenceExporter().ExportAsync(
        consortium.Options, consortium.A.Signer.Address, Entry(await EventsAsync(consortium), sequence).RecordId);

    private static async Task<BatchAnchored[]> EventsAsync(ReplayWorld.Consortium consortium) =>
        [.. (await consortium.Contract.EventsAsync(0, await consortium.World.Client.BlockNumberAsync())).OfType<BatchAnchored>().Where(batch => batch.Custodian == consortium.A.Signer.Address)];

    private static IndexEntry Entry(BatchAnchored[] batches, int sequence) => batches.SelectMany(batch => IndexEntry.Unpack(batch.Entries)).ElementAt(sequence);

    private static IEnumerable<string> Scalars(JsonNode node, string at) => node switch
    {
        JsonObject members => members.SelectMany(member => Scalars(member.Value!, $"{at}/{member.Key}")),
        JsonArray items => items.SelectMany((item, i) => Scalars(item!, $"{at}/{i}")),
        _ => [at],
    };

    // The smallest change that a scalar can have: another last digit or character.
    private static void Change(JsonNode file, string path)
    {
        string[] steps = path[1..].Split('/');
        JsonNode parent = steps[..^1].Aggregate(file, (node, step) => node is JsonArray items ? items[int.Parse(step, null)]! : node[step]!);
        JsonValue scalar = (parent is JsonArray list ? list[int.Parse(steps[^1], null)] : parent[steps[^1]])!.AsValue();
        JsonNode other = scalar.GetValueKind() == System.Text.Json.JsonValueKind.Number ? JsonValue.Create(scalar.GetValue<int>() + 1) : JsonValue.Create(Other(scalar.GetValue<string>()));
        if (parent is JsonArray array) array[int.Parse(steps[^1], null)] = other;
        else parent[steps[^1]] = other;
    }

    private static string Other(string text)
    {
        if (text.Length == 0) return "0";
        int at = text.TrimEnd('=').Length - 1;
        char was = text[at];
        char becomes = was switch { '9' => '8', 'f' => 'e', >= '0' and < '9' => (char)(was + 1), >= 'a' and < 'f' => (char)(was + 1), 'A' => 'Q', 'z' => 'y', _ => (char)(was - 1) };
        return text[..at] + becomes + text[(at + 1)..];
    }
}
