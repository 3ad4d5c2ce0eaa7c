using System.CommandLine;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Consortium.Cli.Host;
using Consortium.FhirFacade;
using Consortium.Integrity;
using Consortium.Ledger;

namespace Consortium.Cli.Commands;

/// <summary><c>consortium share locate|fetch</c>: another member's records, found through the chain and verified against it.</summary>
internal static class ShareCommand
{
    public static Command Create() => new("share", "Finds, fetches and verifies other members' records.") { Locate(), Fetch() };

    private static Command Locate()
    {
        var identifier = new Option<string>("--identifier") { Description = "SYSTEM|VALUE of the patient's strongest identifier.", Required = true };
        Option<string> at = At(required: true);
        var command = new Command("locate", "Index entries of one patient, of all custodians, one JSON line each.") { identifier, at };
        command.SetAction(async (call, cancellationToken) =>
        {
            using var http = new HttpClient();
            using JsonDocument answer = await AskAsync(http, HttpMethod.Get, FhirUrl(call.GetValue(at)!, "$locate?identifier=" + Uri.EscapeDataString(call.GetValue(identifier)!)), null, cancellationToken);
            foreach (JsonElement parameter in Parameters(answer.RootElement).Where(p => Name(p) == "entry"))
            {
                Output.Line(w =>
                {
                    w.WriteStartObject();
                    WriteParts(w, parameter.GetProperty("part"));
                    w.WriteEndObject();
                });
            }

            return ExitCode.Good;
        });
        return command;
    }

    private static Command Fetch()
    {
        var custodian = new Option<string>("--custodian") { Description = "The custodian's address.", Required = true };
        var record = new Option<string>("--record") { Description = "The record id: 32 hexadecimal digits.", Required = true };
        Option<string> at = At(required: false);
        var chain = new ChainOptions();
        chain.Chain.Required = false;
        chain.Contract.Required = false;
        var command = new Command("fetch", "One record in the view of this member's role, verified: {\"verified\",\"view\",…}; exit 1 where it does not verify.")
        {
            custodian, record, at, chain.Chain, chain.Contract, chain.Key, chain.PasswordFile,
        };
        command.SetAction((call, cancellationToken) => ChainOptions.GuardAsync(async () =>
        {
            Address holder = ChainOptions.ParseAddress("--custodian", call.GetValue(custodian)!);
            if (!Tag128.TryParse(call.GetValue(record), out Tag128 recordId)) throw CommandException.Misunderstood("--record wants 32 hexadecimal digits.");
            if (call.GetValue(at) is { } host) return await FetchThroughHostAsync(host, holder, recordId, cancellationToken);
            if (call.GetValue(chain.Chain) is null || call.GetValue(chain.Contract) is null)
            {
                throw CommandException.Misunderstood("fetch wants --at URL of a hospital's host, or --chain, --contract, --key and --password-file of a member without one.");
            }

            return await FetchDirectlyAsync(chain.Urls(call), chain.ContractAddress(call), chain.Signer(call), holder, recordId, cancellationToken);
        }));
        return command;
    }

    private static async Task<int> FetchThroughHostAsync(string host, Address custodian, Tag128 recordId, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        string question = $$"""{"resourceType":"Parameters","parameter":[{"name":"custodian","valueString":"{{custodian}}"},{"name":"recordId","valueString":"{{recordId}}"}]}""";
        using JsonDocument answer = await AskAsync(http, HttpMethod.Post, FhirUrl(host, "$fetch"), question, cancellationToken);
        JsonElement[] parameters = Parameters(answer.RootElement).ToArray();
        bool verified = parameters.Any(p => Name(p) == "verified" && p.GetProperty("valueBoolean").GetBoolean());
        Output.Line(w =>
        {
            w.WriteStartObject();
            foreach (JsonElement parameter in parameters.Where(p => Name(p) is not "viewBytes")) WritePart(w, parameter);
            w.WriteEndObject();
        });
        return verified ? ExitCode.Good : ExitCode.Bad;
    }

    private static async Task<int> FetchDirectlyAsync(
        IReadOnlyList<Uri> chain, Address contract, LocalSigner signer, Address custodian, Tag128 recordId, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("consortium-share-");
        try
        {
            await using MemberClient member = await MemberClient.OpenAsync(chain, contract, 0, signer, $"sqlite:{Path.Combine(folder.FullName, "projection.db")}", cancellationToken);
            await member.CatchUpAsync(cancellationToken);
            ProjectedEntry entry = await member.Exchange.EntryAsync(custodian, recordId, cancellationToken)
                ?? throw CommandException.Misunderstood($"The chain has no entry {recordId} of custodian {custodian}.");
            FetchedRecord fetched = await member.Exchange.FetchAsync(entry, cancellationToken);
            Output.Line(w =>
            {
                w.WriteStartObject();
                w.WriteBoolean("verified", fetched.Verification.Ok);
                if (fetched.Verification.Reason is { } reason) w.WriteString("reason", reason);
                if (fetched.Verification.Pointer is { } pointer) w.WriteString("pointer", pointer);
                w.WriteString("commitment", entry.Entry.Commitment.ToString());
                if (fetched.Verification.Ok)
                {
                    w.WritePropertyName("view");
                    w.WriteRawValue(fetched.View);
                }

                w.WritePropertyName("disclosure");
                w.WriteRawValue(fetched.Disclosure.ToJson());
                w.WriteEndObject();
            });
            return fetched.Verification.Ok ? ExitCode.Good : ExitCode.Bad;
        }
        catch (RecordExchangeException e)
        {
            throw CommandException.Outside(e.Message);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Option<string> At(bool required) => new("--at") { Description = "URL of this hospital's host, such as http://127.0.0.1:5082.", Required = required };

    private static Uri FhirUrl(string host, string path)
    {
        string root = Input.HttpUrl("--at", host).ToString().TrimEnd('/');
        return new Uri((root.EndsWith("/fhir", StringComparison.Ordinal) ? root : root + "/fhir") + "/" + path);
    }

    private static async Task<JsonDocument> AskAsync(HttpClient http, HttpMethod method, Uri url, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, url);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/fhir+json"));
        using HttpResponseMessage response = await http.SendAsync(request, cancellationToken);
        string text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.IsSuccessStatusCode) return JsonDocument.Parse(text);
        Output.Line(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("")));
        throw CommandException.Outside($"{url.GetLeftPart(UriPartial.Path)} answered {(int)response.StatusCode}; the OperationOutcome above says why.");
    }

    private static JsonElement.ArrayEnumerator Parameters(JsonElement parameters) =>
        parameters.TryGetProperty("parameter", out JsonElement list) ? list.EnumerateArray() : default;

    private static string? Name(JsonElement parameter) => parameter.GetProperty("name").GetString();

    private static void WriteParts(Utf8JsonWriter w, JsonElement parts)
    {
        foreach (JsonElement part in parts.EnumerateArray()) WritePart(w, part);
    }

    private static void WritePart(Utf8JsonWriter w, JsonElement part)
    {
        w.WritePropertyName(Name(part)!);
        if (part.TryGetProperty("part", out JsonElement parts))
        {
            w.WriteStartObject();
            foreach (IGrouping<string?, JsonElement> group in parts.EnumerateArray().GroupBy(Name))
            {
                if (group.Count() == 1) WritePart(w, group.First());
                else
                {
                    w.WriteStartArray(group.Key!);
                    foreach (JsonElement one in group) Value(one).WriteTo(w);
                    w.WriteEndArray();
                }
            }

            w.WriteEndObject();
        }
        else
        {
            Value(part).WriteTo(w);
        }
    }

    private static JsonElement Value(JsonElement part) =>
        part.EnumerateObject().First(property => property.Name == "resource" || property.Name.StartsWith("value", StringComparison.Ordinal)).Value;
}
