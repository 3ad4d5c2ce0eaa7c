using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium ledger …</c>: keys, deployment, members, residents, grants.</summary>
internal static class LedgerCommand
{
    public static Command Create() => new("ledger", "The contract's administration.")
    {
        Key(), Deploy(), Member(), Resident(), Grant(), Revoke(), Show(),
    };

    private static Command Key()
    {
        var file = new Argument<string>("FILE") { Description = "The key file to make; it must not exist." };
        var password = new Option<string>("--password-file") { Description = "File with the password.", Required = true };
        var development = new Option<int?>("--development-account") { Description = "Instead of a fresh key, one of the development chain's ten that everybody knows." };
        var command = new Command("key", "Makes a key file (Web3 Secret Storage v3): {\"address\",\"file\"}.") { file, password, development };
        command.SetAction(call =>
        {
            string path = call.GetValue(file)!;
            if (File.Exists(path)) throw CommandException.Misunderstood($"{path} exists already.");
            string passwordFile = call.GetValue(password)!;
            if (!File.Exists(passwordFile)) throw CommandException.Misunderstood($"--password-file: {passwordFile}: no such file.");
            string secret = File.ReadAllText(passwordFile).Trim();
            if (secret.Length == 0) throw CommandException.Misunderstood($"--password-file: {passwordFile} is empty.");
            using LocalSigner signer = call.GetValue(development) is { } index ? Known(path, secret, index) : KeyFile.Create(path, secret, KeyFileStrength.Standard);
            Output.Line(w =>
            {
                w.WriteStartObject();
                w.WriteString("address", signer.Address.ToString());
                w.WriteString("file", path);
                w.WriteEndObject();
            });
            return ExitCode.Good;
        });
        return command;
    }

    private static LocalSigner Known(string path, string password, int index)
    {
        if (index < 0 || index >= DevelopmentChain.FundedKeys.Count) throw CommandException.Misunderstood($"--development-account wants 0 to {DevelopmentChain.FundedKeys.Count - 1}.");
        KeyFile.Save(path, password, Convert.FromHexString(DevelopmentChain.FundedKeys[index]), KeyFileStrength.Light);
        return DevelopmentChain.FundedSigner(index);
    }

    private static Command Deploy()
    {
        var chain = new ChainOptions();
        var hospitals = new Option<string[]>("--hospital") { Description = "ADDRESS=FHIR-BASE-URL[=NAME] of a hospital of the first hour.", Required = true, AllowMultipleArgumentsPerToken = true };
        var threshold = new Option<int?>("--threshold") { Description = "How many hospitals must approve a change; left out, a majority." };
        var unit = new Option<string>("--timestamp-unit") { Description = "Unit of the chain's block timestamps.", DefaultValueFactory = _ => "s" };
        unit.AcceptOnlyFromAmong("s", "ms");
        var command = new Command("deploy", "Deploys the contract: {\"contract\",\"block\",…}.") { chain.Chain, chain.Key, chain.PasswordFile, hospitals, threshold, unit };
        command.SetAction((call, cancellationToken) => ChainOptions.GuardAsync(async () =>
        {
            await using EthereumClient client = chain.Client(call);
            LedgerDeployment deployment = await LedgerAdministration.DeployAsync(
                client, chain.Signer(call), call.GetValue(hospitals)!.Select(ParseHospital).ToArray(), call.GetValue(threshold),
                call.GetValue(unit) == "ms" ? 1000UL : 1UL, cancellationToken);
            Output.Line(w =>
            {
                w.WriteStartObject();
                w.WriteNumber("chainId", deployment.ChainId);
                w.WriteString("contract", deployment.Contract.ToString());
                w.WriteNumber("block", deployment.BlockNumber);
                w.WriteString("transaction", "0x" + deployment.TransactionHash);
                w.WriteNumber("gasUsed", deployment.GasUsed);
                w.WriteString("codeHash", "0x" + deployment.CodeHash);
                w.WriteEndObject();
            });
            return ExitCode.Good;
        }));
        return command;
    }

    private static GenesisHospital ParseHospital(string text)
    {
        string[] parts = text.Split('=', 3);
        if (parts.Length < 2) throw CommandException.Misunderstood($"--hospital: {text} is not ADDRESS=FHIR-BASE-URL[=NAME].");
        return new GenesisHospital(ChainOptions.ParseAddress("--hospital", parts[0]), parts[1], parts.Length > 2 ? parts[2] : "");
    }

    private static Command Member()
    {
        var member = new Command("member", "Members: a change takes effect when enough hospitals have approved it.");
        var role = new Option<string>("--role") { Description = "What it is.", Required = true };
        role.AcceptOnlyFromAmong("hospital", "telemedicine", "regulator");
        var endpoint = new Option<string>("--endpoint") { Description = "Where its facade answers.", DefaultValueFactory = _ => "" };
        var name = new Option<string>("--name") { Description = "Display name.", DefaultValueFactory = _ => "" };
        Command admit = Governed("admit", "Proposes to admit a member.", (call, administration, address, ct) => administration.AdmitAsync(
            address, Enum.Parse<MemberRole>(call.GetValue(role)!, ignoreCase: true), call.GetValue(endpoint)!, call.GetValue(name)!, ct));
        admit.Options.Add(role);
        admit.Options.Add(endpoint);
        admit.Options.Add(name);
        member.Subcommands.Add(admit);
        member.Subcommands.Add(Governed("suspend", "Proposes to suspend a member.", (_, administration, address, ct) => administration.SuspendAsync(address, ct)));
        member.Subcommands.Add(Governed("reinstate", "Proposes to let a suspended member act again.", (_, administration, address, ct) => administration.ReinstateAsync(address, ct)));
        member.Subcommands.Add(Approve());
        return member;
    }

    private static Command Governed(string verb, string description, Func<ParseResult, LedgerAdministration, Address, CancellationToken, Task<GovernanceResult>> act)
    {
        var address = new Argument<string>("ADDRESS") { Description = "The member." };
        var command = new Command(verb, description) { address };
        Administered(command, async (call, administration, ct) =>
            WriteGovernance(await act(call, administration, ChainOptions.ParseAddress("ADDRESS", call.GetValue(address)!), ct)));
        return command;
    }

    private static Command Approve()
    {
        var proposal = new Argument<int>("PROPOSAL") { Description = "Its number (see: consortium ledger show)." };
        var command = new Command("approve", "Approves another hospital's proposal.") { proposal };
        Administered(command, async (call, administration, ct) => WriteGovernance(await administration.ApproveAsync((ulong)call.GetValue(proposal), ct)));
        return command;
    }

    private static Command Resident()
    {
        var address = new Argument<string>("ADDRESS") { Description = "The resident's address." };
        var tag = new Option<string>("--subject-tag") { Description = "The resident's subject tag: 32 hexadecimal digits.", Required = true };
        var command = new Command("resident", "Binds a resident's address to a subject tag (by a hospital).") { address, tag };
        Administered(command, async (call, administration, ct) => WriteTransaction(await administration.RegisterResidentAsync(
            ChainOptions.ParseAddress("ADDRESS", call.GetValue(address)!), ParseTag(call.GetValue(tag)!), ct)));
        return command;
    }

    private static Command Grant()
    {
        var grantee = new Argument<string>("GRANTEE") { Description = "The member that is granted a view." };
        var tag = new Option<string>("--subject-tag") { Description = "Whose records: 32 hexadecimal digits.", Required = true };
        var view = new Option<string>("--view") { Description = "Which view.", Required = true };
        view.AcceptOnlyFromAmong("hospital", "telemedicine", "resident", "regulator");
        var kinds = new Option<string[]>("--kind") { Description = "Resource types; left out, all.", AllowMultipleArgumentsPerToken = true };
        var until = new Option<string>("--until") { Description = "Until when, as 2027-01-31 or 2027-01-31T12:00:00Z.", Required = true };
        var command = new Command("grant", "Grants a member a view of a subject's records (by the resident).") { grantee, tag, view, kinds, until };
        Administered(command, async (call, administration, ct) => WriteTransaction(await administration.GrantAsync(
            ParseTag(call.GetValue(tag)!), ChainOptions.ParseAddress("GRANTEE", call.GetValue(grantee)!), ParseKinds(call.GetValue(kinds)),
            Enum.Parse<LedgerView>(call.GetValue(view)!, ignoreCase: true), ParseTime(call.GetValue(until)!), cancellationToken: ct)));
        return command;
    }

    private static Command Revoke()
    {
        var grantee = new Argument<string>("GRANTEE") { Description = "The member that was granted a view." };
        var tag = new Option<string>("--subject-tag") { Description = "Whose records: 32 hexadecimal digits.", Required = true };
        var command = new Command("revoke", "Takes a grant back (by the resident).") { grantee, tag };
        Administered(command, async (call, administration, ct) => WriteTransaction(await administration.RevokeAsync(
            ParseTag(call.GetValue(tag)!), ChainOptions.ParseAddress("GRANTEE", call.GetValue(grantee)!), cancellationToken: ct)));
        return command;
    }

    private static Command Show()
    {
        var chain = new ChainOptions();
        var command = new Command("show", "The contract's state; exit 1 where other code stands at the address.") { chain.Chain, chain.Contract };
        command.SetAction((call, cancellationToken) => ChainOptions.GuardAsync(async () =>
        {
            await using EthereumClient client = chain.Client(call);
            Address address = chain.ContractAddress(call);
            if (!await new ConsortiumLedgerContract(client, address).IsDeployedAsync(cancellationToken))
            {
                Output.Say($"consortium: the code at {address} is not this program's contract. Is --contract right, and --chain the right chain?");
                return ExitCode.Bad;
            }

            WriteSummary(await LedgerAdministration.ShowAsync(client, address, cancellationToken));
            return ExitCode.Good;
        }));
        return command;
    }

    private static void Administered(Command command, Func<ParseResult, LedgerAdministration, CancellationToken, Task> act)
    {
        var chain = new ChainOptions();
        chain.AddTo(command);
        command.SetAction((call, cancellationToken) => ChainOptions.GuardAsync(async () =>
        {
            await using EthereumClient client = chain.Client(call);
            await act(call, new LedgerAdministration(client, chain.ContractAddress(call), chain.Signer(call)), cancellationToken);
            return ExitCode.Good;
        }));
    }

    private static void WriteGovernance(GovernanceResult result)
    {
        Output.Line(w =>
        {
            w.WriteStartObject();
            w.WriteNumber("proposal", result.ProposalId);
            w.WriteBoolean("executed", result.Executed);
            w.WriteNumber("approvals", result.Approvals);
            w.WriteNumber("required", result.Required);
            w.WriteString("transaction", "0x" + result.TransactionHash);
            w.WriteEndObject();
        });
        if (!result.Executed) Output.Say($"It takes effect when {result.Required - result.Approvals} more approve: consortium ledger member approve {result.ProposalId} …");
    }

    private static void WriteTransaction(LedgerWrite write) => Output.Line(w =>
    {
        w.WriteStartObject();
        w.WriteString("transaction", "0x" + write.TransactionHash);
        w.WriteNumber("block", write.BlockNumber);
        w.WriteNumber("gasUsed", write.GasUsed);
        w.WriteEndObject();
    });

    private static void WriteSummary(LedgerSummary summary) => Output.Line(w =>
    {
        w.WriteStartObject();
        w.WriteNumber("chainId", summary.ChainId);
        w.WriteString("contract", summary.Contract.ToString());
        w.WriteNumber("block", summary.BlockNumber);
        w.WriteNumber("requiredApprovals", summary.RequiredApprovals);
        w.WriteStartArray("members");
        foreach (MemberSummary member in summary.Members) WriteMember(w, member);
        w.WriteEndArray();
        w.WriteStartArray("openProposals");
        foreach (ProposalSummary proposal in summary.OpenProposals)
        {
            w.WriteStartObject();
            w.WriteNumber("proposal", proposal.Proposal.Id);
            w.WriteString("action", proposal.Action);
            w.WriteNumber("approvals", proposal.Proposal.Approvals);
            w.WriteEndObject();
        }

        w.WriteEndArray();
        w.WriteEndObject();
    });

    private static void WriteMember(Utf8JsonWriter w, MemberSummary summary)
    {
        w.WriteStartObject();
        w.WriteString("address", summary.Member.Account.ToString());
        w.WriteString("role", summary.Member.Role.ToString());
        w.WriteBoolean("active", summary.Member.Active);
        w.WriteString("endpoint", summary.Member.Endpoint);
        w.WriteString("name", summary.Member.Name);
        if (summary.Custodian is { } custodian)
        {
            w.WriteNumber("entries", custodian.NextSequence);
            w.WriteString("head", "0x" + custodian.Head);
        }

        w.WriteEndObject();
    }

    private static Tag128 ParseTag(string hex) => Tag128.TryParse(hex, out Tag128 tag)
        ? tag : throw CommandException.Misunderstood("--subject-tag wants 32 hexadecimal digits.");

    private static KindSet ParseKinds(string[]? types)
    {
        if (types is null or []) return KindSet.All;
        return KindSet.Of(types.Select(type => IndexIdentifiers.Kind(type) is var kind and not 0
            ? kind : throw CommandException.Misunderstood($"--kind: {type} is no FHIR R4 resource type.")));
    }

    private static DateTimeOffset ParseTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time : throw CommandException.Misunderstood($"--until: {text} is no date or time.");
}
