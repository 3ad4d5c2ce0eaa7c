using System.Text.Json;
using Consortium.Cli.Host;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Cli.Demo;

/// <summary>The consortium of the demo: a development chain with the contract, its members, keys and the shared index key.</summary>
internal sealed class DemoNetwork : IAsyncDisposable
{
    /// <summary>The patient whose record travels between the members; fictitious, like all of <c>samples/</c>.</summary>
    public const string TravellingIdentifierSystem = "urn:oid:2.16.156.10011.1.3";

    private readonly DevelopmentChain _chain;

    private DemoNetwork(DevelopmentChain chain, EthereumClient client, Address contract, ulong deployedAtBlock, byte[] indexKey)
    {
        _chain = chain;
        Client = client;
        Contract = contract;
        DeployedAtBlock = deployedAtBlock;
        IndexKey = indexKey;
    }

    public EthereumClient Client { get; }

    public Uri Endpoint => _chain.Endpoint;

    public Address Contract { get; }

    public ulong DeployedAtBlock { get; }

    public byte[] IndexKey { get; }

    /// <summary>Starts the chain on the state kept, and deploys the contract where there is none yet.</summary>
    public static async Task<DemoNetwork> StartAsync(DemoLayout layout, string travellingIdentifier, CancellationToken cancellationToken)
    {
        WriteKeys(layout);
        byte[] indexKey = LocalKeys.ReadOrCreate("IndexKeyFile", Path.Combine(layout.State, "index.key"));
        DevelopmentChain chain = await DevelopmentChain.StartAsync(
            new DevelopmentChainOptions { Port = layout.Chain, StateFile = layout.ChainState, StateInterval = TimeSpan.FromSeconds(2) }, cancellationToken);
        var client = new EthereumClient(chain.Endpoint);
        try
        {
            DemoDeployment deployment = File.Exists(layout.Deployment)
                ? JsonSerializer.Deserialize<DemoDeployment>(await File.ReadAllBytesAsync(layout.Deployment, cancellationToken))!
                : await DeployAsync(layout, client, indexKey, travellingIdentifier, cancellationToken);
            Address contract = Address.Parse(deployment.Contract);
            if (!await new ConsortiumLedgerContract(client, contract).IsDeployedAsync(cancellationToken))
            {
                throw CommandException.Outside($"The demo's chain in {layout.State} has lost its contract (was it ended by force?). Start afresh: consortium up --demo --reset");
            }

            return new DemoNetwork(chain, client, contract, deployment.Block, indexKey);
        }
        catch
        {
            await client.DisposeAsync();
            await chain.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await _chain.DisposeAsync();
    }

    private static async Task<DemoDeployment> DeployAsync(
        DemoLayout layout, EthereumClient client, byte[] indexKey, string travellingIdentifier, CancellationToken cancellationToken)
    {
        using LocalSigner a = Signer(DemoMember.HospitalA), b = Signer(DemoMember.HospitalB);
        LedgerDeployment deployed = await LedgerAdministration.DeployAsync(client, a,
        [
            new GenesisHospital(a.Address, new Uri(layout.HospitalA, "fhir").ToString(), "Hospital A · 甲医院"),
            new GenesisHospital(b.Address, new Uri(layout.HospitalB, "fhir").ToString(), "Hospital B · 乙医院"),
        ], threshold: 2, cancellationToken: cancellationToken);

        // Two hospitals govern: what one proposes takes effect when the other approves.
        var first = new LedgerAdministration(client, deployed.Contract, a);
        var second = new LedgerAdministration(client, deployed.Contract, b);
        foreach ((DemoMember member, MemberRole role, string name) in ((DemoMember, MemberRole, string)[])
            [(DemoMember.Telemedicine, MemberRole.Telemedicine, "Telemedicine · 远程医疗"), (DemoMember.Regulator, MemberRole.Regulator, "Regulator · 监管")])
        {
            using LocalSigner signer = Signer(member);
            GovernanceResult proposed = await first.AdmitAsync(signer.Address, role, "", name, cancellationToken);
            await second.ApproveAsync(proposed.ProposalId, cancellationToken);
        }

        using LocalSigner resident = Signer(DemoMember.Resident);
        await first.RegisterResidentAsync(resident.Address, IndexIdentifiers.SubjectTag(indexKey, 1, TravellingIdentifierSystem, travellingIdentifier), cancellationToken);
        var deployment = new DemoDeployment(deployed.Contract.ToString(), deployed.BlockNumber);
        await File.WriteAllBytesAsync(layout.Deployment, JsonSerializer.SerializeToUtf8Bytes(deployment), cancellationToken);
        return deployment;
    }

    private static void WriteKeys(DemoLayout layout)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(layout.KeyPasswordFile)!);
        if (!File.Exists(layout.KeyPasswordFile)) File.WriteAllText(layout.KeyPasswordFile, DemoMember.Password + "\n");
        foreach (DemoMember member in DemoMember.All)
        {
            string file = layout.KeyFile(member);
            if (!File.Exists(file)) KeyFile.Save(file, DemoMember.Password, Convert.FromHexString(DevelopmentChain.FundedKeys[member.Account]), KeyFileStrength.Light);
        }
    }

    private static LocalSigner Signer(DemoMember member) => DevelopmentChain.FundedSigner(member.Account);

    private sealed record DemoDeployment(string Contract, ulong Block);
}
