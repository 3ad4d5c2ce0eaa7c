using System.Text;

namespace Consortium.Integrity.Tests;

/// <summary>
/// Every redaction verifies, and no forged, reordered, truncated or re-used disclosure and no altered view does.
/// Seeded; a failure prints the seed.
/// </summary>
public sealed class DisclosureForgeryTests
{
    public static TheoryData<CommitmentSuite> Suites => [CommitmentSuite.Sha256, CommitmentSuite.Sm3];

    [Theory]
    [MemberData(nameof(Suites))]
    public void Verify_AnyRedaction_IsGood(CommitmentSuite suite)
    {
        for (int seed = 0; seed < 1500; seed++)
        {
            Case c = Case.Create(seed, suite);
            VerificationResult result = DisclosureVerifier.Verify(c.View, Disclosure.Parse(c.Disclosure.ToJson()), c.Commitment);
            Assert.True(result.Ok, $"seed {seed}: {result.Reason} at {result.Pointer}\n{Encoding.UTF8.GetString(c.Json)}");
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Verify_OneByteOfTheDisclosureChanged_IsRefused(CommitmentSuite suite)
    {
        int mutations = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            Case c = Case.Create(seed, suite);
            byte[] json = c.Disclosure.ToJson();
            for (int i = 0; i < 60; i++)
            {
                byte[] mutant = Mutate(json, c.Random);
                try
                {
                    Disclosure parsed = Disclosure.Parse(mutant);
                    if (parsed.ToJson().AsSpan().SequenceEqual(json)) continue;
                    Assert.False(DisclosureVerifier.Verify(c.View, parsed, c.Commitment).Ok, $"seed {seed}: {Encoding.UTF8.GetString(mutant)}");
                }
                catch (DisclosureFormatException)
                {
                    // Refused before it could be verified.
                }

                mutations++;
            }
        }

        Assert.True(mutations > 8000, $"only {mutations} mutations changed something");
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public void Verify_OneByteOfTheViewChanged_IsRefused(CommitmentSuite suite)
    {
        byte[] secret = new byte[32];
        for (int seed = 0; seed < 150; seed++)
        {
            Case c = Case.Create(seed, suite);
            for (int i = 0; i < 60; i++)
            {
                byte[] mutant = Mutate(c.View, c.Random);
                bool same;
                try
                {
                    same = RecordCommitment.Compute(mutant, secret).Commitment == RecordCommitment.Compute(c.View, secret).Commitment;
                }
                catch (RecordFormatException)
                {
                    same = false;
                }

                if (!same) Assert.False(DisclosureVerifier.Verify(mutant, c.Disclosure, c.Commitment).Ok, $"seed {seed}: {Encoding.UTF8.GetString(mutant)}");
            }
        }
    }

    [Fact]
    public void Verify_RestructuredDisclosure_IsRefused()
    {
        for (int seed = 0; seed < 600; seed++)
        {
            Case c = Case.Create(seed, CommitmentSuite.Sha256);
            Disclosure d = c.Disclosure;
            foreach (Disclosure forged in Restructured(d, c.Random))
            {
                Assert.False(DisclosureVerifier.Verify(c.View, forged, c.Commitment).Ok, $"seed {seed}: {Encoding.UTF8.GetString(forged.ToJson())}");
            }
        }
    }

    [Fact]
    public void Verify_DisclosureOfAnotherRecordVersionOrView_IsRefused()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Case c = Case.Create(seed, CommitmentSuite.Sha256);
            byte[] otherSecret = c.Random.Secret();
            Hash256 otherVersion = RecordCommitment.Compute(c.Json, otherSecret).Commitment;
            Assert.False(DisclosureVerifier.Verify(c.View, c.Disclosure, otherVersion).Ok);

            // The full disclosure with the redacted view, and the other way round.
            Disclosure full = RecordCommitment.Disclose(c.Json, c.Secret, CommitmentSuite.Sha256, []);
            if (c.Disclosure.Hidden.Count == 0) continue;
            Assert.False(DisclosureVerifier.Verify(c.View, full, c.Commitment).Ok);
            Assert.False(DisclosureVerifier.Verify(c.Json, c.Disclosure, c.Commitment).Ok);
        }
    }

    [Fact]
    public void Verify_NothingDisclosed_IsRefused()
    {
        byte[] json = """{"resourceType":"Basic","id":"x"}"""u8.ToArray();
        Disclosure nothing = RecordCommitment.Disclose(json, new byte[32], CommitmentSuite.Sha256, [""]);

        Assert.Single(nothing.Hidden);
        Assert.False(DisclosureVerifier.Verify("""{"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}}"""u8, nothing, RecordCommitment.Compute(json, new byte[32]).Commitment).Ok);
    }

    [Theory]
    [InlineData("name", "name")]
    [InlineData("/nam", "/nam")]
    [InlineData("/name/1", "/name/1")]
    [InlineData("/a~2", "/a~2")]
    public void Disclose_PointerThatHidesNothing_Throws(string pointer, string named) =>
        Assert.Contains(named, Assert.Throws<ArgumentException>(() => RecordCommitment.Disclose("""{"name":["x"]}"""u8, new byte[32], CommitmentSuite.Sha256, [pointer])).Message, StringComparison.Ordinal);

    private static byte[] Mutate(byte[] json, RandomRecords random)
    {
        int at = random.Below(json.Length);
        return random.Below(3) switch
        {
            0 => [.. json[..at], (byte)(json[at] ^ (1 << random.Below(7))), .. json[(at + 1)..]],
            1 => [.. json[..at], .. json[(at + 1)..]],
            _ => [.. json[..at], json[random.Below(json.Length)], .. json[at..]],
        };
    }

    private static IEnumerable<Disclosure> Restructured(Disclosure d, RandomRecords random)
    {
        yield return d with { Leaves = d.Leaves + 1 };
        yield return d with { Leaves = int.MaxValue };
        yield return d with { Version = 2 };
        yield return d with { Suite = CommitmentSuite.Sm3 };
        yield return d with { Disclosed = [.. d.Disclosed.Skip(1)] };
        yield return d with { Disclosed = [.. d.Disclosed, d.Disclosed[^1]] };
        int at = random.Below(d.Disclosed.Count);
        DisclosedLeaf leaf = d.Disclosed[at];
        yield return Replace(d, at, leaf with { Value = leaf.Value + "0" });
        yield return Replace(d, at, leaf with { Pointer = leaf.Pointer + "x" });
        yield return Replace(d, at, leaf with { Index = leaf.Index + 1 });
        yield return Replace(d, at, leaf with { Salt = Tag128.Zero });
        yield return Replace(d, at, leaf with { Type = leaf.Type == 's' ? 'n' : 's' });
        if (d.Disclosed.Count > 1)
        {
            int other = (at + 1) % d.Disclosed.Count;
            yield return d with { Disclosed = [.. d.Disclosed.Reverse()] };
            yield return Replace(Replace(d, at, leaf with { Value = d.Disclosed[other].Value, Type = d.Disclosed[other].Type, Salt = d.Disclosed[other].Salt }), other, d.Disclosed[other] with { Value = leaf.Value, Type = leaf.Type, Salt = leaf.Salt });
        }

        if (d.Hidden.Count == 0) yield break;
        int hidden = random.Below(d.Hidden.Count);
        HiddenSubtree subtree = d.Hidden[hidden];
        yield return d with { Hidden = [.. d.Hidden.Where((_, i) => i != hidden)] };
        yield return d with { Hidden = [.. d.Hidden, subtree] };
        yield return d with { Hidden = [.. d.Hidden.Select((h, i) => i == hidden ? h with { Leaves = h.Leaves + 1 } : h)] };
        yield return d with { Hidden = [.. d.Hidden.Select((h, i) => i == hidden ? h with { Index = h.Index + 1 } : h)] };
        yield return d with { Hidden = [.. d.Hidden.Select((h, i) => i == hidden ? h with { Hash = Hash256.Zero } : h)] };
    }

    private static Disclosure Replace(Disclosure d, int at, DisclosedLeaf leaf) => d with { Disclosed = [.. d.Disclosed.Select((l, i) => i == at ? leaf : l)] };

    private sealed record Case(byte[] Json, byte[] Secret, byte[] View, Disclosure Disclosure, Hash256 Commitment, RandomRecords Random)
    {
        public static Case Create(int seed, CommitmentSuite suite)
        {
            var random = new RandomRecords(seed);
            byte[] json = random.Next();
            byte[] secret = random.Secret();
            string[] hide = random.Redaction(json);
            return new Case(json, secret, Views.Hide(json, hide), RecordCommitment.Disclose(json, secret, suite, hide), RecordCommitment.Compute(json, secret, suite).Commitment, random);
        }
    }
}
