using System.Text;
using Consortium.Adapters.Intake;
using Consortium.Adapters.Tests.Hl7V2;
using Consortium.Fhir;
using Consortium.Storage;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Intake;

public sealed class QuarantineTests
{
    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task What_is_refused_waits_with_its_reasons_and_its_original_bytes(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect);
        string message = Messages.Admission("M9").Replace("ADT^A01", "ADT^Z99", StringComparison.Ordinal);
        IntakeReceipt receipt = await intake.AcceptAsync(message);
        await intake.AcceptAsync("\u0000\u0001 noise");
        await intake.StartAsync(new RecordingPublisher());
        await intake.WaitForAsync(pending: 0, published: 0, quarantined: 2);

        IReadOnlyList<QuarantinedRecord> waiting = await intake.Quarantine.ListAsync();
        Assert.Equal(2, await intake.Quarantine.CountAsync());
        Assert.Equal(("M9", "hl7v2", "not-supported", "MSH-9"), (waiting[0].ControlId, waiting[0].Adapter, waiting[0].Code, waiting[0].Place));
        Assert.Null(waiting[1].Adapter);
        Assert.True(FhirValidator.R4.Validate(Encoding.UTF8.GetBytes(waiting[0].OutcomeJson)).IsValid);
        (IReadOnlyList<QuarantinedRecord> parts, RawRecord raw) = (await intake.Quarantine.ShowAsync(receipt.Digest))!.Value;
        Assert.Single(parts);
        Assert.Equal(message, Encoding.UTF8.GetString(raw.Bytes.Span));
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task A_release_converts_again_and_publishes_only_what_is_new(Dialect dialect)
    {
        var adapter = new LineAdapter();
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect, new AdapterRegistry(adapter));
        await intake.AcceptAsync("good\nbad\nchanges");
        var publisher = new RecordingPublisher();
        await intake.StartAsync(publisher);
        await intake.WaitForAsync(pending: 0, published: 0, quarantined: 1);
        Assert.Equal(2, publisher.Messages.Count);

        adapter.Mended = true;
        Assert.Equal(1, await intake.Quarantine.ReleaseAllAsync());
        await intake.WaitForAsync(pending: 0, published: 1, quarantined: 0);

        // "good" is not sent again; "bad" is sent for the first time; "changes" has another content now.
        string[] after = [.. publisher.Messages.Skip(2).Select(message => message.ConversionId)];
        Assert.Equal(2, after.Length);
        Assert.All(after, id => Assert.EndsWith("/1", id, StringComparison.Ordinal));
        Assert.Empty(await intake.Quarantine.ListAsync());
        Assert.Equal(0, await intake.Quarantine.ReleaseAllAsync()); // nothing twice
    }

    [Fact]
    public async Task A_release_that_changes_nothing_brings_the_record_back_to_quarantine()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite, new AdapterRegistry(new LineAdapter()));
        IntakeReceipt receipt = await intake.AcceptAsync("good\nbad");
        var publisher = new RecordingPublisher();
        await intake.StartAsync(publisher);
        await intake.WaitForAsync(pending: 0, published: 0, quarantined: 1);

        Assert.True(await intake.Quarantine.ReleaseAsync(receipt.Digest));
        await intake.WaitForAsync(pending: 0, published: 0, quarantined: 1);

        Assert.Single(publisher.Messages);
        Assert.Single(await intake.Quarantine.ListAsync());
        Assert.False(await intake.Quarantine.ReleaseAsync(new string('0', 64)));
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task Of_releases_that_race_one_alone_releases(Dialect dialect)
    {
        var adapter = new LineAdapter();
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect, new AdapterRegistry(adapter));
        IntakeReceipt receipt = await intake.AcceptAsync("bad");
        var publisher = new RecordingPublisher();
        await intake.StartAsync(publisher);
        await intake.WaitForAsync(pending: 0, published: 0, quarantined: 1);
        adapter.Mended = true;

        bool[] released = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => intake.Quarantine.ReleaseAsync(receipt.Digest))));
        int[] all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => intake.Quarantine.ReleaseAllAsync())));

        Assert.Equal(1, released.Count(one => one) + all.Sum());
        await intake.WaitForAsync(pending: 0, published: 1, quarantined: 0);
        Assert.Single(publisher.Messages);
    }

    [Theory]
    [MemberData(nameof(TestStore.Dialects), MemberType = typeof(TestStore))]
    public async Task The_list_is_filtered_and_paged_and_a_release_takes_the_same_filter(Dialect dialect)
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(dialect, new AdapterRegistry(new LineAdapter()));
        await intake.AcceptAsync("bad\nbad\nbad", "lab");
        await intake.AcceptAsync("invalid", "his");
        await intake.AcceptAsync("throw", "his");
        await intake.StartAsync(new RecordingPublisher());
        await intake.WaitForAsync(pending: 0, published: 0, quarantined: 3);
        await intake.StopAsync();

        Assert.Equal(3, (await intake.Quarantine.ListAsync(new QuarantineFilter { Source = "lab" })).Count);
        Assert.Equal("throw".Length, Assert.Single(await intake.Quarantine.ListAsync(new QuarantineFilter { Code = "exception" })) is { } one ? (await intake.Journal.FindAsync(one.Digest))!.Bytes.Length : 0);
        Assert.Single(await intake.Quarantine.ListAsync(new QuarantineFilter { Place = "Patient.gender" }));
        Assert.Empty(await intake.Quarantine.ListAsync(new QuarantineFilter { Before = DateTimeOffset.UtcNow.AddHours(-1) }));
        Assert.Equal(5, await intake.Quarantine.CountAsync(new QuarantineFilter { From = DateTimeOffset.UtcNow.AddHours(-1) }));

        var paged = new List<QuarantinedRecord>();
        for (QuarantineCursor after = default; (await intake.Quarantine.ListAsync(limit: 2, after: after)) is { Count: > 0 } page; after = new(page[^1].Sequence, page[^1].Index)) paged.AddRange(page);
        Assert.Equal(5, paged.Select(record => (record.Sequence, record.Index)).Distinct().Count());

        Assert.Equal(1, await intake.Quarantine.ReleaseAllAsync(new QuarantineFilter { Source = "lab" }));
        Assert.Equal(1, await intake.Quarantine.ReleaseAllAsync(new QuarantineFilter { Code = "exception" }));
    }

    [Fact]
    public async Task An_adapter_that_throws_quarantines_the_record_and_takes_nothing_down()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite, new AdapterRegistry(new LineAdapter()));
        await intake.AcceptAsync("throw");
        await intake.AcceptAsync("good");
        await intake.StartAsync(new RecordingPublisher());

        await intake.WaitForAsync(pending: 0, published: 1, quarantined: 1);

        QuarantinedRecord waiting = Assert.Single(await intake.Quarantine.ListAsync());
        Assert.Equal("exception", waiting.Code);
        Assert.DoesNotContain("王小明", waiting.OutcomeJson, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invalid_resource_is_never_published()
    {
        await using IntakeFixture intake = await IntakeFixture.CreateAsync(Dialect.Sqlite, new AdapterRegistry(new LineAdapter()));
        await intake.AcceptAsync("invalid");
        var publisher = new RecordingPublisher();
        await intake.StartAsync(publisher);

        await intake.WaitForAsync(pending: 0, published: 0, quarantined: 1);

        Assert.Empty(publisher.Messages);
        Assert.Equal("Patient.gender", Assert.Single(await intake.Quarantine.ListAsync()).Place);
    }

    /// <summary>A part for each line: what it does stands in the line.</summary>
    private sealed class LineAdapter : IRecordAdapter
    {
        public bool Mended { get; set; }

        private static readonly AdapterDescription Description = new("lines", "1", "the test");

        public AdapterDescription Describe() => Description;

        public int Detect(RawRecord record) => 50;

        public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
        {
            int index = 0;
            foreach (string line in Encoding.UTF8.GetString(record.Bytes.Span).Split('\n'))
            {
                if (line == "throw") throw new InvalidOperationException("王小明");
                if (line == "bad" && !Mended)
                {
                    yield return ConversionResult.Rejected(index++, null, new OutcomeIssue(IssueSeverity.Error, "value", "bad", $"line {index}"));
                    continue;
                }

                var patient = new Consortium.Adapters.Elements.DraftObject { ["resourceType"] = "Patient", ["id"] = context.Ids.For("s", "Patient", line) };
                patient["gender"] = line == "invalid" ? "none" : line == "changes" && Mended ? "female" : "male";
                yield return new ConversionResult { Index = index++, Resources = [new ResourceDraft(patient)] };
            }
        }
    }
}
