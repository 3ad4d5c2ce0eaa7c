using System.Text;
using System.Text.Json;
using Consortium.FhirFacade.Erasure;
using Consortium.FhirFacade.Later;
using Consortium.FhirFacade.Search.Views;
using Consortium.FhirFacade.Store;
using Consortium.FhirFacade.Tests.Rest;
using Consortium.FhirFacade.Tests.Store;
using Consortium.Integrity;
using Consortium.Ledger;
using Consortium.Messaging;
using Consortium.Storage;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace Consortium.FhirFacade.Tests.Erasure;

public sealed class ErasureTests
{
    private const string Planted = "Ouyangxiuwen";
    private const string Erase = """{"resourceType":"Parameters","parameter":[{"name":"basis","valueCode":"pipl-47"},{"name":"by","valueString":"dpo-7"}]}""";
    private const string ErasePatient = """{"resourceType":"Parameters","parameter":[{"name":"basis","valueCode":"pipl-47"},{"name":"scope","valueCode":"patient"}]}""";

    [Theory, BothStores]
    public async Task An_erased_patient_is_gone_from_every_answer_and_what_remains_says_why(Dialect dialect)
    {
        await using FacadeHost host = await SampleAsync(dialect);
        string recordId = (await host.GetAsync("Observation/o/$receipt")).Parameter("recordId")!.Value.GetProperty("valueString").GetString()!;

        Answer erased = await host.PostAsync("Patient/p/$erase", ErasePatient);

        Assert.True(erased.Status == 200, erased.Text);
        Assert.Equal(5, erased.Parameter("records")!.Value.GetProperty("valueDecimal").GetInt32()); // Patient, Observation, DocumentReference, Binary, Provenance
        Assert.Equal(6, erased.Parameter("versions")!.Value.GetProperty("valueDecimal").GetInt32());
        Assert.Equal(new string('a', 64), erased.Parameter("rawRecord")!.Value.GetProperty("valueString").GetString());
        foreach (string path in (string[])["Patient/p", "Patient/p/_history/1", "Observation/o", "DocumentReference/d", "Binary/b", "Provenance/v", "Observation/o/$disclose", $"$disclose?recordId={recordId}"])
        {
            Answer gone = (await host.GetAsync(path, ("Accept", "application/fhir+json"))).ShouldFail(410, "deleted");
            Assert.Contains("was erased", gone.Text, StringComparison.Ordinal);
            Assert.Contains(ErasureProof.EventExtension, gone.Text, StringComparison.Ordinal);
        }

        Assert.True((await host.GetAsync("Observation/o/$receipt")).Parameter("erased")!.Value.GetProperty("valueBoolean").GetBoolean());
        foreach (string path in (string[])["Patient", $"Patient?name={Planted}", "Observation", "Observation?code=1", "Patient/p/$everything", "_history", "Patient/p/_history", "Observation?_content=" + Planted, "Patient?_has:Observation:subject:code=1"])
        {
            Answer answer = await host.GetAsync(path);
            Assert.DoesNotContain(Planted, answer.Text.Replace("=" + Planted, "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase); // the self link repeats what was asked
            Assert.DoesNotContain("resourceType\":\"Observation\",\"id\":\"o\"", answer.Text, StringComparison.Ordinal);
        }

        Answer history = await host.GetAsync("Patient/p/_history");
        Assert.All(history.Entries, entry => Assert.Equal("410", entry.GetProperty("response").GetProperty("status").GetString()));
        Assert.Equal(200, (await host.GetAsync("Patient/other")).Status);
        Assert.Equal(200, (await host.GetAsync("Observation/other")).Status);
    }

    [Theory, BothStores]
    public async Task The_record_of_an_erasure_is_valid_committed_and_names_each_version_by_its_record_id_alone(Dialect dialect)
    {
        await using FacadeHost host = await SampleAsync(dialect);
        string recordId = (await host.GetAsync("Observation/o/$receipt")).Parameter("recordId")!.Value.GetProperty("valueString").GetString()!;

        Answer erased = await host.PostAsync("Observation/o/$erase", Erase);

        string reference = erased.Parameter("event")!.Value.GetProperty("valueString").GetString()!;
        Answer audit = await host.GetAsync(reference);
        Assert.Equal(200, audit.Status);
        Assert.Contains(ErasureProof.Reference(Tag128.Parse(recordId)), audit.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Observation", audit.Text, StringComparison.Ordinal);
        Answer validated = await host.PostAsync("AuditEvent/$validate", audit.Text);
        Assert.DoesNotContain("\"severity\":\"error\"", validated.Text, StringComparison.Ordinal);
        Assert.Equal(64, (await host.GetAsync($"{reference}/$receipt")).Parameter("commitment")!.Value.GetProperty("valueString").GetString()!.Length);

        // The regulator, who replays, sees in its view what proves the erasure.
        LocalSigner regulator = host.Membership.Member(MemberRole.Regulator);
        Answer disclosed = await host.GetAsync($"{reference}/$disclose", await host.TokenAsync(regulator));
        string view = Encoding.UTF8.GetString(disclosed.Parameter("viewBytes")!.Value.GetProperty("valueBase64Binary").GetBytesFromBase64());
        Assert.Contains(ErasureProof.Reference(Tag128.Parse(recordId)), view, StringComparison.Ordinal);
        Assert.Contains("destroy", view, StringComparison.Ordinal);
        Assert.Equal(403, (await host.PostAsync($"{reference}/$erase", Erase)).Status);
        Assert.Equal(403, (await host.PostAsync("Patient/p/$erase", ErasePatient, await host.TokenAsync(regulator))).Status);
    }

    [Fact]
    public async Task Nothing_of_an_erased_patient_is_left_in_the_files_of_SQLite()
    {
        await using FacadeHost host = await SampleAsync(Dialect.Sqlite);
        string folder = Path.GetDirectoryName(new Microsoft.Data.Sqlite.SqliteConnectionStringBuilder(DatabaseUrl.Parse(host.Options.Store).ConnectionString).DataSource)!;
        Assert.True(Holds(folder, Planted), "The planted value should be in the files before.");

        Assert.Equal(200, (await host.PostAsync("Patient/p/$erase", ErasePatient)).Status);

        Assert.False(Holds(folder, Planted));
        Assert.True(Holds(folder, "Shangguanwen")); // the other patient
    }

    [Theory, BothStores]
    public async Task What_waits_to_be_sent_or_fetched_holds_nothing_of_it_afterwards(Dialect dialect)
    {
        await using FacadeHost host = await SampleAsync(dialect);
        var database = host.Services.GetRequiredService<Database>();
        var changes = new Outbox(database, FhirFacadeServiceCollectionExtensions.ChangeComponent);
        await changes.InitializeAsync();
        ResourceChange Change(string id, long version) => new()
        {
            Type = "Patient", Id = id, Version = version, Interaction = "update", RecordedAt = 1, RecordId = new string('1', 32), Commitment = new string('2', 64),
            Resource = $$"""{"resourceType":"Patient","id":"{{id}}"}""",
        };
        await database.TransactAsync(async transaction =>
        {
            await changes.EnqueueAsync(transaction, new ResourceChanges { Custodian = "0x1", Changes = [Change("p", 2), Change("other", 1)] }, "a");
            foreach (string id in (string[])["p", "other"])
            {
                await transaction.Connection!.ExecuteAsync(
                    "INSERT INTO subscription_notice (subscription, type, id, version, queued_at, attempts, not_before, leased_until) VALUES ('nobody', 'Patient', @id, 1, 0, 0, 0, 0)", new { id }, transaction);
            }

            foreach ((string id, string body) in (ValueTuple<string, string>[])[("names-it", $$"""{"subject":"Patient/p","text":"{{Planted}}"}"""), ("of-others", """{"method":"PUT","url":"Basic/x"}""")])
            {
                var kept = new KeptRequest("POST", [], [], Encoding.UTF8.GetBytes(body), 0, null, null, null, null, null, false, 0);
                await transaction.Connection!.ExecuteAsync(
                    "INSERT INTO later_request (id, owner, kind, state, writes, runner, leased_until, created_at, request) VALUES (@id, 'o', 2, 0, 0, 'r', 0, 0, @request)",
                    new { id, request = JsonSerializer.SerializeToUtf8Bytes(kept) }, transaction);
            }

            await transaction.Connection!.ExecuteAsync(
                "INSERT INTO later_request (id, owner, kind, state, writes, runner, leased_until, created_at, answer) VALUES ('answered', 'o', 0, 1, 0, 'r', 0, 0, @answer)", new { answer = Encoding.UTF8.GetBytes(Planted) }, transaction);
        });
        await host.Services.GetRequiredService<ViewIndexer>().NextAsync([], long.MaxValue, default);

        Assert.Equal(200, (await host.PostAsync("Patient/p/$erase", ErasePatient)).Status);

        await host.Services.GetRequiredService<ViewIndexer>().NextAsync([], long.MaxValue, default);
        await using var connection = await database.ConnectAsync(default);
        ResourceChanges left = JsonSerializer.Deserialize<ResourceChanges>((await connection.ExecuteScalarAsync<byte[]>("SELECT body FROM outbox_changes"))!)!;
        Assert.Equal(["p ", "other {\"resourceType\":\"Patient\",\"id\":\"other\"}"], left.Changes.Select(change => $"{change.Id} {change.Resource}"));
        Assert.Equal(["other"], await connection.QueryAsync<string>("SELECT id FROM subscription_notice"));
        Assert.Equal(["of-others"], await connection.QueryAsync<string>("SELECT id FROM later_request"));
        foreach (string table in ViewSchema.Tables)
        {
            Assert.Equal(0L, await connection.ExecuteScalarAsync<long>($"SELECT COUNT(*) FROM {table} t JOIN resource r ON r.key = t.key WHERE r.deleted <> 0"));
        }

        Assert.True(await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM view_reference t JOIN resource r ON r.key = t.key WHERE r.id = 'other'") > 0);
    }

    [Fact]
    public async Task An_erased_subscription_has_no_channel_any_more()
    {
        await using FacadeHost host = await FacadeHost.StartAsync(Dialect.Sqlite, options => options with { Subscriptions = new SubscriptionOptions { Endpoints = ["https://app.hospital.cn/hooks"] } });
        Answer made = await host.PutAsync("Subscription/s", """{"resourceType":"Subscription","id":"s","status":"requested","reason":"r","criteria":"Patient?gender=male","channel":{"type":"rest-hook","endpoint":"https://app.hospital.cn/hooks"}}""");
        Assert.True(made.Status == 201, made.Text);

        Assert.Equal(200, (await host.PostAsync("Subscription/s/$erase", Erase)).Status);

        await using var connection = await host.Services.GetRequiredService<Database>().ConnectAsync(default);
        Assert.Equal(0L, await connection.ExecuteScalarAsync<long>("SELECT COUNT(*) FROM subscription_channel"));
    }

    [Theory, BothStores]
    public async Task A_legal_hold_on_the_patient_keeps_each_of_its_records(Dialect dialect)
    {
        await using FacadeHost host = await SampleAsync(dialect);
        Assert.Equal(200, (await host.PostAsync("Patient/p/$legal-hold", """{"resourceType":"Parameters","parameter":[{"name":"reason","valueCode":"court-order"}]}""")).Status);
        (await host.PostAsync("Patient/p/$erase", ErasePatient)).ShouldFail(409, "conflict");
        (await host.PostAsync("Observation/o/$erase", Erase)).ShouldFail(409, "conflict");
        Assert.Equal(200, (await host.GetAsync("Patient/p")).Status);
        Assert.Equal(200, (await host.GetAsync("Observation/o")).Status);
        Assert.Equal(200, (await host.PostAsync("Observation/other/$erase", Erase)).Status);

        Assert.Equal(200, (await host.PostAsync("Patient/p/$legal-hold-release", """{"resourceType":"Parameters","parameter":[{"name":"by","valueString":"legal-1"}]}""")).Status);
        Assert.Equal(200, (await host.PostAsync("Patient/p/$erase", ErasePatient)).Status);
    }

    [Theory, BothStores]
    public async Task Earlier_versions_can_be_erased_alone_and_a_dry_run_erases_nothing(Dialect dialect)
    {
        await using FacadeHost host = await SampleAsync(dialect);
        Answer dry = await host.PostAsync("Patient/p/$erase", ErasePatient.Replace("[{", """[{"name":"dryRun","valueBoolean":true},{""", StringComparison.Ordinal));
        Assert.Equal(6, dry.Parameter("versions")!.Value.GetProperty("valueDecimal").GetInt32());
        Assert.Null(dry.Parameter("event"));
        Assert.Equal(200, (await host.GetAsync("Patient/p/_history/1")).Status);

        Assert.Equal(200, (await host.PostAsync("Patient/p/_history/1/$erase", Erase)).Status);
        Assert.Equal(410, (await host.GetAsync("Patient/p/_history/1")).Status);
        Assert.Equal(200, (await host.GetAsync("Patient/p")).Status);
        Assert.Equal(["p"], (await host.GetAsync($"Patient?name={Planted}")).Matches);
        (await host.PostAsync("Patient/p/$erase", Erase)).ShouldFail(400, "required"); // scope
        (await host.PostAsync("Observation/o/$erase", """{"resourceType":"Parameters","parameter":[{"name":"basis","valueString":"Because of Mr Li"}]}""")).ShouldFail(400, "required");
        (await host.PostAsync("Observation/none/$erase", Erase)).ShouldFail(404, "not-found");

        // What is written afterwards under the same id is a new version of its own.
        Assert.Equal(200, (await host.PostAsync("Observation/o/$erase", Erase)).Status);
        Answer again = await host.PutAsync("Observation/o", """{"resourceType":"Observation","id":"o","status":"final","code":{"text":"new"}}""");
        Assert.Equal((201, "W/\"2\""), (again.Status, again.ETag));
        Assert.Equal(410, (await host.GetAsync("Observation/o/_history/1")).Status);
    }

    [Theory, BothStores]
    public async Task A_message_from_before_the_erasure_does_not_bring_the_record_back(Dialect dialect)
    {
        await using StoreHarness store = await StoreHarness.CreateAsync(dialect);
        await store.StoreAsync(5, StoreHarness.Resource($$"""{"resourceType":"Patient","id":"p","name":[{"text":"{{Planted}}"}]}"""));
        var scope = new ErasureScope(store.Database, StoreHarness.Options);
        var eraser = new RecordEraser(store.Store, new StoreCleaning(store.Database, Microsoft.Extensions.Logging.Abstractions.NullLogger<StoreCleaning>.Instance), scope, StoreHarness.Options, store.Time);
        await eraser.EraseAsync(new ErasureRequest([new ErasureTarget(new RecordKey("Patient", "p"))], "pipl-47", "dpo"), default);

        await store.StoreAsync(3, StoreHarness.Resource($$"""{"resourceType":"Patient","id":"p","name":[{"text":"{{Planted}} older"}]}"""));
        Assert.DoesNotContain(await store.HistoryAsync("Patient", "p"), body => body.Contains(Planted, StringComparison.Ordinal));
        Assert.Equal(2, await store.CountAsync("resource_version")); // the patient, and the record of the erasure

        await store.StoreAsync(9, StoreHarness.Resource("""{"resourceType":"Patient","id":"p","name":[{"text":"came back"}]}"""));
        Assert.Equal(2, (await store.CurrentAsync("Patient", "p")).Version);
        StoreVerification whole = await store.Database.TransactAsync(transaction => new RecordRestoration(store.Database, StoreHarness.Options, store.Time).VerifyAsync(transaction));
        Assert.Equal((3, 1), (whole.Versions, whole.Erased));
        Assert.Empty(whole.Bad);
    }

    [Theory, BothStores]
    public async Task Retention_rules_erase_what_is_old_enough_and_leave_what_is_held(Dialect dialect)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        await using FacadeHost host = await FacadeHost.StartAsync(
            dialect,
            options => options with { Retention = [new RetentionRule("Observation", TimeSpan.FromDays(365), "retention") { Statuses = ["final"] }, new RetentionRule("Appointment", TimeSpan.FromDays(30), "retention")] },
            services => services.AddSingleton<TimeProvider>(time));
        foreach ((string id, string status) in (ValueTuple<string, string>[])[("old", "final"), ("held", "final"), ("open", "preliminary")])
        {
            Assert.Equal(201, (await host.PutAsync($"Observation/{id}", $$$"""{"resourceType":"Observation","id":"{{{id}}}","status":"{{{status}}}","code":{"text":"x"}}""")).Status);
        }

        Assert.Equal(200, (await host.PostAsync("Observation/held/$legal-hold", """{"resourceType":"Parameters","parameter":[{"name":"reason","valueCode":"court-order"}]}""")).Status);
        var sweep = host.Services.GetRequiredService<RetentionSweep>();
        Assert.Equal(0, await sweep.RunAsync(default));
        time.Now += TimeSpan.FromDays(366);
        Assert.Equal(201, (await host.PutAsync("Observation/young", """{"resourceType":"Observation","id":"young","status":"final","code":{"text":"x"}}""")).Status);

        Assert.Equal(1, await sweep.RunAsync(default));

        Assert.Equal(410, (await host.GetAsync("Observation/old")).Status);
        foreach (string id in (string[])["held", "open", "young"]) Assert.Equal(200, (await host.GetAsync($"Observation/{id}")).Status);
        Assert.Equal(0, await sweep.RunAsync(default));
    }

    private static async Task<FacadeHost> SampleAsync(Dialect dialect)
    {
        FacadeHost host = await FacadeHost.StartAsync(dialect);
        string data = Convert.ToBase64String(Encoding.UTF8.GetBytes($"a letter about {Planted}"));
        foreach (string resource in (string[])
        [
            $$"""{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":"410101198706120011"}],"name":[{"text":"{{Planted}} first"}]}""",
            $$"""{"resourceType":"Patient","id":"p","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":"410101198706120011"}],"name":[{"text":"{{Planted}}"}]}""",
            """{"resourceType":"Patient","id":"other","identifier":[{"system":"urn:oid:2.16.156.10011.1.3","value":"410101198706120029"}],"name":[{"text":"Shangguanwen"}]}""",
            $$"""{"resourceType":"Observation","id":"o","status":"final","code":{"coding":[{"system":"urn:x","code":"1"}]},"subject":{"reference":"Patient/p"},"note":[{"text":"{{Planted}} is well"}]}""",
            """{"resourceType":"Observation","id":"other","status":"final","code":{"coding":[{"system":"urn:x","code":"1"}]},"subject":{"reference":"Patient/other"}}""",
            $$"""{"resourceType":"Binary","id":"b","contentType":"text/plain","data":"{{data}}"}""",
            """{"resourceType":"DocumentReference","id":"d","status":"current","subject":{"reference":"Patient/p"},"content":[{"attachment":{"contentType":"text/plain","url":"Binary/b"}}]}""",
            $$$$"""{"resourceType":"Provenance","id":"v","target":[{"reference":"Observation/o"}],"recorded":"2026-01-01T00:00:00Z","agent":[{"who":{"display":"adapter"}}],"entity":[{"role":"source","what":{"identifier":{"system":"urn:sha256","value":"{{{{new string('a', 64)}}}}"}}}]}""",
        ])
        {
            JsonElement json = JsonSerializer.Deserialize<JsonElement>(resource);
            Answer answer = await host.PutAsync($"{json.GetProperty("resourceType").GetString()}/{json.GetProperty("id").GetString()}", resource);
            Assert.True(answer.Status is 200 or 201, answer.Text);
        }

        return host;
    }

    private static bool Holds(string folder, string text)
    {
        byte[] plain = Encoding.UTF8.GetBytes(text), folded = Encoding.UTF8.GetBytes(text.ToLowerInvariant()), packed = Encoding.ASCII.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes($"a letter about {text}"))[..24]);
        foreach (string file in Directory.GetFiles(folder))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var buffer = new MemoryStream();
            stream.CopyTo(buffer);
            ReadOnlySpan<byte> bytes = buffer.ToArray();
            if (bytes.IndexOf(plain) >= 0 || bytes.IndexOf(folded) >= 0 || bytes.IndexOf(packed) >= 0) return true;
        }

        return false;
    }
}
