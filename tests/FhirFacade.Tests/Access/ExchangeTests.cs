using System.Data.Common;
using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Access;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Access;

/// <summary>Flow step 8 on a real chain: hospital B and a telemedicine enterprise find, fetch and verify a record of hospital A.</summary>
public sealed class ExchangeTests
{
    private const string Card = "110101199003078515";

    [Theory, BothStores]
    public async Task LocateAndFetch_VerifyAgainstTheChain_EachInItsView(Dialect dialect)
    {
        await using ExchangeWorld world = await ExchangeWorld.StartAsync(dialect);
        await world.StorePatientAsync();

        foreach ((FacadeHost host, bool seesName) in new[] { (world.HospitalB, true), (world.Telemedicine, false) })
        {
            JsonElement[] entries = Entries(await host.GetAsync($"$locate?identifier={FacadeOptions.ChineseIdCard}|{Card}"));
            Assert.Equal(["Patient", "Observation"], entries.Select(entry => Part(entry, "kind", "valueCode")));
            foreach (JsonElement entry in entries)
            {
                Answer fetched = await host.PostAsync("$fetch", Ask(entry));
                Assert.Equal(200, fetched.Status);
                Assert.True(fetched.Parameter("verified")!.Value.GetProperty("valueBoolean").GetBoolean());
                Assert.NotNull(fetched.Parameter("receipt"));
                string view = fetched.Parameter("view")!.Value.GetProperty("resource").GetRawText();
                Assert.Equal(seesName, view.Contains("欧阳测试", StringComparison.Ordinal));
                Assert.DoesNotContain(seesName ? "nothing" : Card, view, StringComparison.Ordinal);
            }
        }

        Assert.Equal(4, (await world.HospitalA.GetAsync("AuditEvent?_count=0")).Json.GetProperty("total").GetInt32());
        Assert.Empty(Entries(await world.HospitalB.GetAsync($"$locate?identifier={FacadeOptions.ChineseIdCard}|110101199003070000")));
        (await world.HospitalB.GetAsync("$locate?identifier=110101199003078515")).ShouldFail(400, "required");
    }

    [Theory, BothStores]
    public async Task Fetch_OfAnAlteredRecord_SaysSo_AndGivesNoResource(Dialect dialect)
    {
        await using ExchangeWorld world = await ExchangeWorld.StartAsync(dialect);
        await world.StorePatientAsync();
        await world.AlterAsync("12.30", "1.230");
        JsonElement entry = Entries(await world.HospitalB.GetAsync($"$locate?identifier={FacadeOptions.ChineseIdCard}|{Card}"))[1];

        Answer fetched = await world.HospitalB.PostAsync("$fetch", Ask(entry));

        Assert.False(fetched.Parameter("verified")!.Value.GetProperty("valueBoolean").GetBoolean());
        Assert.NotNull(fetched.Parameter("reason"));
        Assert.Null(fetched.Parameter("view"));
    }

    [Theory, BothStores]
    public async Task Fetch_WithAForgedReceipt_DoesNotVerify(Dialect dialect)
    {
        await using ExchangeWorld world = await ExchangeWorld.StartAsync(dialect);
        await world.StorePatientAsync();
        await world.ExecuteAtAAsync("UPDATE anchored_batch SET block_number = block_number + 1");
        JsonElement entry = Entries(await world.HospitalB.GetAsync($"$locate?identifier={FacadeOptions.ChineseIdCard}|{Card}"))[0];

        Answer fetched = await world.HospitalB.PostAsync("$fetch", Ask(entry));

        Assert.False(fetched.Parameter("verified")!.Value.GetProperty("valueBoolean").GetBoolean());
        Assert.Contains("receipt", fetched.Parameter("reason")!.Value.GetProperty("valueString").GetString(), StringComparison.Ordinal);
    }

    [Theory, BothStores]
    public async Task Fetch_OfWhatIsNotThere_OrFromACustodianThatIsAway_IsAnError(Dialect dialect)
    {
        await using ExchangeWorld world = await ExchangeWorld.StartAsync(dialect);
        await world.StorePatientAsync();
        JsonElement entry = Entries(await world.HospitalB.GetAsync($"$locate?identifier={FacadeOptions.ChineseIdCard}|{Card}"))[0];

        (await world.HospitalB.PostAsync("$fetch", Ask(entry).Replace(Part(entry, "recordId", "valueString"), new string('0', 32), StringComparison.Ordinal))).ShouldFail(404, "not-found");
        (await world.HospitalB.PostAsync("$fetch", """{"resourceType":"Parameters","parameter":[{"name":"custodian","valueString":"x"}]}""")).ShouldFail(400, "required");
        await world.HospitalA.DisposeAsync();
        (await world.HospitalB.PostAsync("$fetch", Ask(entry))).ShouldFail(502, "transient");
    }

    private static JsonElement[] Entries(Answer answer) => [.. answer.Json.GetProperty("parameter").EnumerateArray()];

    private static string Part(JsonElement entry, string name, string property) =>
        entry.GetProperty("part").EnumerateArray().Single(part => part.GetProperty("name").GetString() == name).GetProperty(property).GetString()!;

    private static string Ask(JsonElement entry) =>
        "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"custodian\",\"valueString\":\"" + Part(entry, "custodian", "valueString") +
        "\"},{\"name\":\"recordId\",\"valueString\":\"" + Part(entry, "recordId", "valueString") + "\"}]}";

    /// <summary>A chain, its contract, two hospitals and a telemedicine enterprise, each with facade and projection of its own.</summary>
    private sealed class ExchangeWorld : IAsyncDisposable
    {
        private readonly DevelopmentChain _chain;
        private readonly EthereumClient _client;
        private readonly ConsortiumLedgerContract _contract;
        private readonly LedgerAccount _custodian;

        private ExchangeWorld(DevelopmentChain chain, EthereumClient client, ConsortiumLedgerContract contract, LedgerAccount custodian)
        {
            _chain = chain;
            _client = client;
            _contract = contract;
            _custodian = custodian;
        }

        public FacadeHost HospitalA { get; private set; } = null!;

        public FacadeHost HospitalB { get; private set; } = null!;

        public FacadeHost Telemedicine { get; private set; } = null!;

        public static async Task<ExchangeWorld> StartAsync(Dialect dialect)
        {
            DevelopmentChain chain = await DevelopmentChain.StartAsync(new DevelopmentChainOptions { BlockTime = 0 });
            var client = new EthereumClient(chain.Endpoint);
            string[] bases = [.. Enumerable.Range(0, 3).Select(_ => $"http://127.0.0.1:{FacadeHost.FreePort()}/fhir")];
            (LedgerAccount Account, LocalSigner Signer)[] members = new (LedgerAccount, LocalSigner)[3];
            for (int i = 0; i < members.Length; i++)
            {
                LocalSigner signer = LocalSigner.Generate();
                await chain.FundAsync(signer.Address);
                members[i] = (new LedgerAccount(client, signer) { PollInterval = TimeSpan.FromMilliseconds(5) }, signer);
            }

            TransactionReceipt deployed = await members[0].Account.SendAsync(null, ConsortiumLedgerContract.DeploymentData(
                1, 2, [new GenesisHospital(members[0].Signer.Address, bases[0], "A"), new GenesisHospital(members[1].Signer.Address, bases[1], "B")]));
            var contract = new ConsortiumLedgerContract(client, deployed.ContractAddress!.Value);
            await members[0].Account.SendAsync(contract.Address, contract.EncodePropose(contract.EncodeAdmit(members[2].Signer.Address, MemberRole.Telemedicine, bases[2], "T")));
            await members[1].Account.SendAsync(contract.Address, contract.EncodeApprove(await contract.ProposalCountAsync()));
            await members[0].Account.SendAsync(contract.Address, contract.EncodeExecute(await contract.ProposalCountAsync()));

            var world = new ExchangeWorld(chain, client, contract, members[0].Account);
            world.HospitalA = await world.HostAsync(dialect, bases[0], members[0].Signer, deployed.BlockNumber);
            world.HospitalB = await world.HostAsync(dialect, bases[1], members[1].Signer, deployed.BlockNumber);
            world.Telemedicine = await world.HostAsync(dialect, bases[2], members[2].Signer, deployed.BlockNumber);
            return world;
        }

        /// <summary>A patient and an observation at A, anchored, with their receipts back, and known to everybody's projection.</summary>
        public async Task StorePatientAsync()
        {
            Assert.Equal(201, (await HospitalA.PutAsync("Patient/p", "{\"resourceType\":\"Patient\",\"id\":\"p\",\"identifier\":[{\"system\":\"" + FacadeOptions.ChineseIdCard + "\",\"value\":\"" + Card + "\"}],\"name\":[{\"text\":\"欧阳测试\"}]}")).Status);
            Assert.Equal(201, (await HospitalA.PutAsync("Observation/o", """{"resourceType":"Observation","id":"o","status":"final","code":{"text":"白细胞"},"subject":{"reference":"Patient/p","display":"欧阳测试"},"valueQuantity":{"value":12.30}}""")).Status);
            IndexEntry[] entries;
            await using (DbConnection connection = await HospitalA.Services.GetRequiredService<Database>().ConnectAsync())
            {
                entries = [.. (await connection.QueryAsync<byte[]>("SELECT body FROM outbox_facade ORDER BY seq"))
                    .SelectMany(body => IndexEntry.Unpack(JsonSerializer.Deserialize<RecordCommitted>(body)!.Entries))];
            }

            Hash256 root = BatchTree.Root(entries);
            TransactionReceipt mined = await _custodian.SendAsync(_contract.Address, _contract.EncodeAnchor(0, root, IndexEntry.Pack(entries)));
            await HospitalA.Services.GetRequiredService<ReceiptStore>().AnchorAsync(new RecordsAnchored
            {
                Custodian = HospitalA.Options.Custodian.ToString(),
                ChainId = HospitalA.Options.ChainId,
                Contract = HospitalA.Options.Contract.ToString(),
                FirstSequence = 0,
                Root = root.ToString(),
                Head = BatchHead.Next(Hash256.Zero, 0, (ulong)entries.Length, root).ToString(),
                TransactionHash = mined.TransactionHash.ToString(),
                BlockNumber = mined.BlockNumber,
                BlockHash = mined.BlockHash.ToString(),
                BlockTimestamp = 1,
                Entries = IndexEntry.Pack(entries),
            });
            foreach (FacadeHost host in new[] { HospitalA, HospitalB, Telemedicine }) await host.Services.GetRequiredService<LedgerProjection>().FollowOnceAsync();
        }

        public async Task AlterAsync(string from, string to)
        {
            await using DbConnection connection = await HospitalA.Services.GetRequiredService<Database>().ConnectAsync();
            byte[] body = await connection.QuerySingleAsync<byte[]>("SELECT body FROM resource_version WHERE type = 'Observation'");
            string changed = Encoding.UTF8.GetString(body).Replace(from, to, StringComparison.Ordinal);
            await connection.ExecuteAsync("UPDATE resource_version SET body = @body WHERE type = 'Observation'", new { body = Encoding.UTF8.GetBytes(changed) });
        }

        public async Task ExecuteAtAAsync(string sql)
        {
            await using DbConnection connection = await HospitalA.Services.GetRequiredService<Database>().ConnectAsync();
            await connection.ExecuteAsync(sql);
        }

        public async ValueTask DisposeAsync()
        {
            await Telemedicine.DisposeAsync();
            await HospitalB.DisposeAsync();
            await HospitalA.DisposeAsync();
            await _client.DisposeAsync();
            await _chain.DisposeAsync();
        }

        private async Task<FacadeHost> HostAsync(Dialect dialect, string baseUrl, LocalSigner signer, ulong deployedAt)
        {
            ulong chainId = await _client.ChainIdAsync();
            FacadeHost host = await FacadeHost.StartAsync(
                dialect,
                options => options with { BaseUrl = baseUrl, Custodian = signer.Address, Signer = signer, ChainId = chainId, Contract = _contract.Address },
                services =>
                {
                    services.AddSingleton<IMembership, ProjectedMembership>();
                    services.AddSingleton(provider => new LedgerProjection(provider.GetRequiredService<Database>(), _client, _contract.Address, deployedAt, TimeProvider.System));
                });
            LedgerProjection projection = host.Services.GetRequiredService<LedgerProjection>();
            await projection.InitializeAsync();
            await projection.FollowOnceAsync();
            return host;
        }
    }
}
