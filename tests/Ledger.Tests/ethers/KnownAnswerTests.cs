using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Consortium.Integrity;

namespace Consortium.Ledger.Tests;

/// <summary>RLP, Keccak, addresses, transactions, signatures and key files against <c>ethers</c>.</summary>
public sealed class KnownAnswerTests
{
    private readonly Random _random = new(20261122);

    [Fact]
    public async Task Keccak_OfEveryLengthAroundTheBlock_AgreesWithEthers()
    {
        byte[][] inputs = [.. Enumerable.Range(0, 300).Select(Bytes)];
        JsonElement[] answers = await Ethers.AskAsync(inputs.Select(i => new JsonObject { ["op"] = "keccak", ["data"] = Ethers.Hex(i) }));
        Assert.Equal(answers.Select(a => a.GetString()), inputs.Select(i => "0x" + Keccak256.Hash(i)));
    }

    [Fact]
    public async Task Address_ChecksumAndContractAddress_AgreeWithEthers()
    {
        Address[] addresses = [.. Enumerable.Range(0, 200).Select(_ => new Address(Bytes(20)))];
        ulong[] nonces = [0, 1, 127, 128, 255, 256, 65535, 1_000_000];
        var questions = addresses.Select(a => new JsonObject { ["op"] = "checksum", ["address"] = a.ToString() }).ToList();
        questions.AddRange(nonces.Select(n => new JsonObject { ["op"] = "created", ["from"] = addresses[0].ToString(), ["nonce"] = n }));
        JsonElement[] answers = await Ethers.AskAsync(questions);
        IEnumerable<string> ours = addresses.Select(a => a.ToString()).Concat(nonces.Select(n => Address.OfCreatedContract(addresses[0], n).ToString()));
        Assert.Equal(answers.Select(a => a.GetString()), ours);
        Assert.All(addresses, a => Assert.Equal(a, Address.Parse(a.ToString().ToUpperInvariant()[2..])));
    }

    [Fact]
    public async Task Rlp_OfRandomTrees_AgreesWithEthersAndReadsBack()
    {
        JsonNode[] trees = [.. Enumerable.Range(0, 300).Select(_ => Tree(0)), Ethers.Hex(Bytes(55)), Ethers.Hex(Bytes(56)), Ethers.Hex(Bytes(70000)), "0x00", "0x7f", "0x80", "0x", new JsonArray()];
        JsonElement[] answers = await Ethers.AskAsync(trees.Select(t => new JsonObject { ["op"] = "rlp", ["value"] = t.DeepClone() }));
        foreach ((JsonNode tree, JsonElement answer) in trees.Zip(answers))
        {
            var rlp = new RlpWriter();
            Write(rlp, tree);
            Assert.Equal(answer.GetString(), Ethers.Hex(rlp.ToArray()));
            Assert.Equal(tree.ToJsonString(), Show(RlpItem.Parse(rlp.ToArray())).ToJsonString());
        }
    }

    [Fact]
    public async Task SignedTransactions_OfBothTypes_AreReadByEthersAsWeMeantThem()
    {
        var cases = new List<(LedgerTransaction Transaction, SignedTransaction Signed, Address From)>();
        for (int i = 0; i < 100; i++)
        {
            using LocalSigner signer = LocalSigner.Generate();
            var transaction = new LedgerTransaction(
                (ulong)_random.NextInt64(1, i % 2 == 0 ? 1000 : long.MaxValue / 64), (ulong)_random.Next(i * 1000), (UInt128)_random.NextInt64(i % 5 == 0 ? 1 : long.MaxValue),
                (ulong)_random.NextInt64(30_000_000), i % 7 == 0 ? null : new Address(Bytes(20)), Bytes(_random.Next(200)))
            {
                Value = i % 3 == 0 ? 0 : (UInt128)_random.NextInt64() * 1000,
            };
            if (i % 2 == 1) transaction = transaction with { MaxPriorityFeePerGas = transaction.GasPrice / 2 };
            cases.Add((transaction, await TransactionSigner.SignAsync(transaction, signer), signer.Address));
        }

        JsonElement[] answers = await Ethers.AskAsync(cases.Select(c => new JsonObject { ["op"] = "parse", ["raw"] = Ethers.Hex(c.Signed.Raw) }));
        foreach (((LedgerTransaction t, SignedTransaction signed, Address from), JsonElement read) in cases.Zip(answers))
        {
            Assert.Equal("0x" + signed.Hash, read.GetProperty("hash").GetString());
            Assert.Equal(from.ToString(), read.GetProperty("from").GetString());
            Assert.Equal(t.To?.ToString(), read.GetProperty("to").GetString());
            Assert.Equal(t.Nonce, read.GetProperty("nonce").GetUInt64());
            Assert.Equal(Text(t.ChainId), read.GetProperty("chainId").GetString());
            Assert.Equal(Text(t.GasLimit), read.GetProperty("gasLimit").GetString());
            Assert.Equal(Text(t.GasPrice), read.GetProperty("price").GetString());
            Assert.Equal(t.MaxPriorityFeePerGas is { } tip ? Text(tip) : null, read.GetProperty("tip").GetString());
            Assert.Equal(Text(t.Value), read.GetProperty("value").GetString());
            Assert.Equal(Ethers.Hex(t.Data), read.GetProperty("data").GetString());
            Assert.Equal(t.MaxPriorityFeePerGas is null ? 0 : 2, read.GetProperty("type").GetInt32());
        }
    }

    [Fact]
    public async Task Signatures_OursAndTheirs_RecoverToTheSameSigner()
    {
        byte[][] keys = [.. Enumerable.Range(0, 60).Select(_ => Bytes(32))];
        Hash256[] digests = [.. keys.Select(_ => new Hash256(Bytes(32)))];
        digests[0] = Hash256.Zero;
        digests[1] = new Hash256(Enumerable.Repeat((byte)0xff, 32).ToArray()); // above the group order
        var questions = new List<JsonObject>();
        for (int i = 0; i < keys.Length; i++)
        {
            using LocalSigner signer = LocalSigner.FromPrivateKey(keys[i]);
            RecoverableSignature ours = await signer.SignAsync(digests[i]);
            Assert.True(Secp256k1.Integer(ours.S.Span) <= Secp256k1.HalfOrder);
            Assert.Equal(signer.Address, EcdsaRecovery.Recover(digests[i], ours));
            questions.Add(new JsonObject { ["op"] = "address", ["key"] = Convert.ToHexStringLower(keys[i]) });
            questions.Add(new JsonObject { ["op"] = "recover", ["digest"] = "0x" + digests[i], ["r"] = "0x" + ours.R, ["s"] = "0x" + ours.S, ["v"] = ours.RecoveryId });
            questions.Add(new JsonObject { ["op"] = "sign", ["key"] = Convert.ToHexStringLower(keys[i]), ["digest"] = "0x" + digests[i] });
        }

        JsonElement[] answers = await Ethers.AskAsync(questions);
        for (int i = 0; i < keys.Length; i++)
        {
            using LocalSigner signer = LocalSigner.FromPrivateKey(keys[i]);
            Assert.Equal(signer.Address.ToString(), answers[3 * i].GetString());
            Assert.Equal(signer.Address.ToString(), answers[(3 * i) + 1].GetString());
            JsonElement theirs = answers[(3 * i) + 2];
            var signature = new RecoverableSignature(
                Hash256.Parse(theirs.GetProperty("r").GetString()!), Hash256.Parse(theirs.GetProperty("s").GetString()!), theirs.GetProperty("v").GetByte());
            Assert.Equal(signer.Address, EcdsaRecovery.Recover(digests[i], signature));
        }
    }

    [Fact]
    public async Task KeyFiles_OursAndTheirs_OpenWithEachOther()
    {
        string folder = Directory.CreateTempSubdirectory("ethers").FullName;
        try
        {
            byte[] key = Bytes(32);
            string ours = Path.Combine(folder, "ours.json");
            KeyFile.Save(ours, "密码", key, KeyFileStrength.Light);
            JsonElement[] answers = await Ethers.AskAsync(
            [
                new JsonObject { ["op"] = "decryptKeyFile", ["json"] = File.ReadAllText(ours), ["password"] = "密码" },
                new JsonObject { ["op"] = "encryptKeyFile", ["key"] = Convert.ToHexStringLower(key), ["password"] = "pässword" },
            ]);
            Assert.Equal(Ethers.Hex(key), answers[0].GetString());
            string theirs = Path.Combine(folder, "theirs.json");
            File.WriteAllText(theirs, answers[1].GetString());
            using LocalSigner signer = KeyFile.Load(theirs, "pässword");
            Assert.Equal(key, signer.ExportPrivateKey());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("81")] // the byte is cut
    [InlineData("8100")] // a single byte stands for itself
    [InlineData("b800")] // long form for a short string
    [InlineData("b90038")] // leading zero in the length
    [InlineData("c1")]
    [InlineData("c28101")]
    [InlineData("0000")] // two items
    [InlineData("")]
    [InlineData("bfffffffffffffffff")]
    [InlineData("fb7fffffff")]
    public void Rlp_NotCanonical_IsRefused(string hex) => Assert.Throws<FormatException>(() => RlpItem.Parse(Convert.FromHexString(hex)));

    [Fact]
    public void Rlp_NestedWithoutEnd_IsRefused()
    {
        byte[] nested = [0xc0];
        for (int i = 0; i < 100; i++)
        {
            var rlp = new RlpWriter();
            using (rlp.List())
            {
                if (nested.Length == 1)
                {
                    using (rlp.List())
                    {
                    }
                }
            }

            nested = nested.Length < 55 ? [(byte)(0xc0 + nested.Length), .. nested] : [0xf8, (byte)nested.Length, .. nested];
        }

        Assert.Throws<FormatException>(() => RlpItem.Parse(nested));
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData("00")]
    public void LocalSigner_KeyOutOfRange_IsRefused(string hex) =>
        Assert.Throws<ArgumentException>(() => LocalSigner.FromPrivateKey(Convert.FromHexString(hex)));

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    private static void Write(RlpWriter rlp, JsonNode node)
    {
        if (node is JsonArray items)
        {
            using (rlp.List())
            {
                foreach (JsonNode? item in items) Write(rlp, item!);
            }
        }
        else
        {
            rlp.Bytes(Convert.FromHexString(node.GetValue<string>()[2..]));
        }
    }

    private static JsonNode Show(RlpItem item) =>
        item.Items is { } items ? new JsonArray([.. items.Select(Show)]) : JsonValue.Create(Ethers.Hex(item.Bytes.Span));

    private JsonNode Tree(int depth) => depth < 4 && _random.Next(3) == 0
        ? new JsonArray([.. Enumerable.Range(0, _random.Next(6)).Select(_ => Tree(depth + 1))])
        : JsonValue.Create(Ethers.Hex(Bytes(_random.Next(4) == 0 ? _random.Next(1, 2) : _random.Next(80))));

    private byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }
}
