using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Consortium.Integrity.Tests;

/// <summary>Every case of <c>record-commitment.vectors.json</c>, accepted and rejected.</summary>
public sealed class CommitmentVectorTests
{
    public static TheoryData<string, string> Records()
    {
        var data = new TheoryData<string, string>();
        if (DesignFile.VectorsPath is null) return data;
        foreach (JsonElement record in DesignFile.Vectors.GetProperty("records").EnumerateArray())
        {
            foreach (JsonProperty suite in record.GetProperty("commitment").EnumerateObject()) data.Add(record.GetProperty("name").GetString()!, suite.Name);
        }

        return data;
    }

    public static TheoryData<string> Rejected()
    {
        var data = new TheoryData<string>();
        if (DesignFile.VectorsPath is null) return data;
        foreach (JsonElement record in DesignFile.Vectors.GetProperty("rejected").EnumerateArray()) data.Add(record.GetProperty("name").GetString()!);
        return data;
    }

    [VectorTheory]
    [MemberData(nameof(Records))]
    public void Compute_VectorRecord_GivesTheCommitment(string name, string suiteName)
    {
        (byte[] json, byte[] secret, JsonElement record) = Case("records", name);
        CommitmentSuite suite = Suite(suiteName);

        Assert.Equal(record.GetProperty("commitment").GetProperty(suiteName).GetString(), RecordCommitment.Compute(json, secret, suite).Commitment.ToString());
        Assert.Equal(record.GetProperty("disclosure").GetProperty(suiteName).GetProperty("leaves").GetInt32(), RecordCommitment.Compute(json, secret, suite).Leaves);
    }

    [VectorTheory]
    [MemberData(nameof(Records))]
    public void Disclose_VectorRecord_GivesTheDisclosureAndItReadsBack(string name, string suiteName)
    {
        (byte[] json, byte[] secret, JsonElement record) = Case("records", name);
        string[] hide = [.. record.GetProperty("hide").EnumerateArray().Select(h => h.GetString()!)];
        JsonElement expected = record.GetProperty("disclosure").GetProperty(suiteName);

        byte[] actual = RecordCommitment.Disclose(json, secret, Suite(suiteName), hide).ToJson();

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected.GetRawText()), JsonNode.Parse(actual)), Encoding.UTF8.GetString(actual));
        Assert.Equal(actual, Disclosure.Parse(Encoding.UTF8.GetBytes(expected.GetRawText())).ToJson());
    }

    [VectorTheory]
    [MemberData(nameof(Records))]
    public void Verify_VectorRecordWithItsDisclosure_IsGood(string name, string suiteName)
    {
        (byte[] json, _, JsonElement record) = Case("records", name);
        string[] hide = [.. record.GetProperty("hide").EnumerateArray().Select(h => h.GetString()!)];
        Disclosure disclosure = Disclosure.Parse(Encoding.UTF8.GetBytes(record.GetProperty("disclosure").GetProperty(suiteName).GetRawText()));

        VerificationResult result = DisclosureVerifier.Verify(Views.Hide(json, hide), disclosure, Hash256.Parse(record.GetProperty("commitment").GetProperty(suiteName).GetString()!));

        Assert.Equal(VerificationResult.Good, result);
    }

    [VectorTheory]
    [MemberData(nameof(Rejected))]
    public void Compute_RejectedVector_IsRefused(string name)
    {
        JsonElement record = DesignFile.Vectors.GetProperty("rejected").EnumerateArray().Single(r => r.GetProperty("name").GetString() == name);
        byte[] json = Encoding.UTF8.GetBytes(record.GetProperty("resource").GetString()!);

        Assert.Throws<RecordFormatException>(() => RecordCommitment.Compute(json, new byte[32]));
        Assert.Throws<RecordFormatException>(() => RecordCommitment.Compute(json, new byte[32], CommitmentSuite.Sm3));
    }

    [VectorFact]
    public void BatchTree_VectorBatch_GivesLeavesRootsAndPaths()
    {
        JsonElement batch = DesignFile.Vectors.GetProperty("batch");
        IndexEntry[] entries = [.. batch.GetProperty("entries").EnumerateArray().Select(e => new IndexEntry(
            Tag128.Parse(e.GetProperty("recordId").GetString()!),
            Hash256.Parse(e.GetProperty("commitment").GetString()!),
            Tag128.Parse(e.GetProperty("subjectTag").GetString()!),
            e.GetProperty("kind").GetUInt16(),
            e.GetProperty("recordedAt").GetUInt64()))];
        string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(x => x.GetString()!)];

        Assert.Equal(Strings(batch.GetProperty("leaves")), entries.Select(e => BatchTree.Leaf(e).ToString()));
        Assert.Equal(batch.GetProperty("root").GetString(), BatchTree.Root(entries).ToString());
        Assert.Equal(Strings(batch.GetProperty("rootsOfFirst")), Enumerable.Range(1, entries.Length).Select(n => BatchTree.Root(entries[..n]).ToString()));

        IReadOnlyList<Hash256>[] all = BatchTree.AllInclusionPaths(entries);
        Assert.Equal(batch.GetProperty("paths").GetArrayLength(), all.Length);
        for (int i = 0; i < entries.Length; i++)
        {
            string[] expected = Strings(batch.GetProperty("paths")[i]);
            Assert.Equal(expected, all[i].Select(h => h.ToString()));
            Assert.Equal(expected, BatchTree.InclusionPath(entries, i).Select(h => h.ToString()));
        }
    }

    [VectorFact]
    public void IndexIdentifiers_VectorIds_GiveTheTags()
    {
        JsonElement ids = DesignFile.Vectors.GetProperty("ids");
        byte[] custodianKey = Convert.FromHexString(ids.GetProperty("custodianKey").GetString()!);
        byte[] indexKey = Convert.FromHexString(ids.GetProperty("indexKey").GetString()!);

        Assert.Equal(ids.GetProperty("recordId of Patient/p1/_history/1").GetString(), IndexIdentifiers.RecordId(custodianKey, "Patient", "p1", "1").ToString());
        Assert.Equal(
            ids.GetProperty("subjectTag epoch 1 urn:oid:2.16.156.10011.1.3|11010519491231002X").GetString(),
            IndexIdentifiers.SubjectTag(indexKey, 1, "urn:oid:2.16.156.10011.1.3", "11010519491231002X").ToString());
    }

    [VectorFact]
    public void Keccak256_Empty_GivesTheVector() =>
        Assert.Equal(DesignFile.Vectors.GetProperty("keccak256_empty").GetString(), Keccak256.Hash([]).ToString());

    private static CommitmentSuite Suite(string name) => CommitmentSuiteNames.TryParse(name, out CommitmentSuite suite) ? suite : throw new ArgumentException(name);

    private static (byte[] Json, byte[] Secret, JsonElement Record) Case(string list, string name)
    {
        JsonElement record = DesignFile.Vectors.GetProperty(list).EnumerateArray().Single(r => r.GetProperty("name").GetString() == name);
        return (Encoding.UTF8.GetBytes(record.GetProperty("resource").GetString()!), Convert.FromHexString(record.GetProperty("secret").GetString()!), record);
    }
}
