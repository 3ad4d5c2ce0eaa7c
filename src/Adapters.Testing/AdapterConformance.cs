using System.Diagnostics;
using Consortium.Adapters.Elements;
using Consortium.Fhir;
using Xunit;
using Xunit.Abstractions;

namespace Consortium.Adapters.Testing;

/// <summary>
/// What a hospital asks of an adapter, as tests. Inherit the class in a test project, give the adapter and some good records, and run
/// <c>dotnet test</c>. Each test names the record that it failed on.
/// </summary>
/// <param name="output">Where measurements are written; xunit gives it to the constructor of the inheriting class.</param>
public abstract class AdapterConformance(ITestOutputHelper output)
{
    private const int Threads = 8;

    /// <summary>Makes a new adapter.</summary>
    protected abstract IRecordAdapter CreateAdapter();

    /// <summary>Good records, at least one; more kinds find more.</summary>
    protected abstract IEnumerable<SampleRecord> Samples { get; }

    /// <summary>The site: by default one in China with a key of its own.</summary>
    protected virtual ConversionContext Context { get; } = new(new LogicalIds("the key of a site for tests"u8), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

    /// <summary>Records a second that <see cref="Converts_as_fast_as_the_vendor_promises"/> asks for; null only measures, since machines differ.</summary>
    protected virtual double? LeastRecordsPerSecond => null;

    /// <summary>True for a format with an end that cannot be missed, such as XML: then a record that was cut off must be rejected.</summary>
    protected virtual bool NoticesMissingEnd => false;

    /// <summary>Seed of what is random.</summary>
    protected virtual int Seed => 20260301;

    /// <summary>Damaged forms of each kind that are made of each sample.</summary>
    protected virtual int Mutations => 100;

    /// <summary>The description is complete and stays the same.</summary>
    [Fact]
    public void Describes_itself()
    {
        IRecordAdapter adapter = CreateAdapter();
        AdapterDescription description = adapter.Describe();
        Assert.Equal((adapter.Name, adapter.Version), (description.Name, description.Version));
        Assert.False(description.Formats.Count == 0, "Describe().Formats is empty: say what the adapter reads.");
        Assert.Same(description, adapter.Describe());
    }

    /// <summary>Each sample is recognised, and what is hopeless is not.</summary>
    [Fact]
    public void Recognises_its_own_records_and_no_others()
    {
        IRecordAdapter adapter = CreateAdapter();
        foreach (SampleRecord sample in Samples)
        {
            int confidence = adapter.Detect(Conversions.Raw(sample.Bytes, sample.FileName));
            Assert.True(confidence is > 0 and <= 100, $"{sample.Name}: Detect gave {confidence}; 1 to 100 is expected.");
        }

        foreach ((string name, byte[] bytes) in BadInput.Hopeless())
        {
            int confidence = adapter.Detect(Conversions.Raw(bytes));
            Assert.True(confidence == 0, $"{name}: Detect gave {confidence}; 0 is expected.");
        }
    }

    /// <summary>Each sample converts, its results are numbered from 0, and its resources are valid R4.</summary>
    [Fact]
    public void Converts_every_sample_to_valid_resources() => EachSample((sample, results) =>
    {
        Assert.True(results.Count > 0, $"{sample.Name}: no result.");
        Assert.Equal(Enumerable.Range(0, results.Count), results.Select(result => result.Index));
        foreach (ConversionResult result in results)
        {
            ConversionResult checkedResult = ConversionValidator.Validate(result);
            Assert.False(checkedResult.IsRejected, $"{sample.Name}, result {result.Index}: {Conversions.Errors(checkedResult)}");
        }
    });

    /// <summary>The same record gives the same resources, issues and ids, from another instance too.</summary>
    [Fact]
    public void Same_record_gives_the_same_result() => EachSample((sample, results) =>
        Same(sample, results, Conversions.Convert(CreateAdapter(), Conversions.Raw(sample.Bytes, sample.FileName), Context), "converted once more"));

    /// <summary>A record that arrives again later, in a file of another name, changes nothing but its Provenance.</summary>
    [Fact]
    public void Record_that_arrives_again_changes_nothing() => EachSample((sample, results) =>
    {
        var again = new RawRecord(sample.Bytes, "conformance", Conversions.ReceivedAt.AddDays(40), sample.FileName);
        string later = Conversions.Text(Conversions.Convert(CreateAdapter(), again, Context), draft => draft.ResourceType != "Provenance");
        Assert.True(Conversions.Text(results, draft => draft.ResourceType != "Provenance") == later, $"{sample.Name}: what arrives 40 days later gives other resources. Take no time from the clock or from ReceivedAt.");
    });

    /// <summary>Ids come from the site's key: another site gives other ids.</summary>
    [Fact]
    public void Ids_are_keyed_by_the_site() => EachSample((sample, results) =>
    {
        ConversionContext elsewhere = Context with { Ids = new LogicalIds("the key of another site for tests"u8) };
        var others = Conversions.Drafts(Conversions.Convert(CreateAdapter(), Conversions.Raw(sample.Bytes, sample.FileName), elsewhere)).Select(draft => draft.Id).ToHashSet();
        foreach (ResourceDraft draft in Conversions.Drafts(results))
        {
            Assert.False(others.Contains(draft.Id), $"{sample.Name}: {draft.ResourceType} has the same id at another site. Make ids with context.Ids.For, never from an identifier itself.");
        }
    });

    /// <summary>One resource an id, and each reference that is relative points at a resource of the same result.</summary>
    [Fact]
    public void References_lead_somewhere() => EachSample((sample, results) =>
    {
        foreach (ConversionResult result in results)
        {
            string[] names = [.. result.Resources.Select(draft => $"{draft.ResourceType}/{draft.Id}")];
            Assert.True(names.Distinct().Count() == names.Length, $"{sample.Name}: two resources of result {result.Index} have one id.");
            foreach (string reference in result.Resources.SelectMany(draft => Conversions.References(draft.Json)))
            {
                if (reference.StartsWith('#') || reference.Contains(':', StringComparison.Ordinal)) continue;
                Assert.True(names.Contains(reference), $"{sample.Name}: a {reference.Split('/')[0]} is referred to that the result does not hold.");
            }
        }
    });

    /// <summary>Each result ends with a Provenance that names the record, the adapter and every resource.</summary>
    [Fact]
    public void Provenance_names_record_adapter_and_resources()
    {
        AdapterDescription description = CreateAdapter().Describe();
        EachSample((sample, results) =>
        {
            foreach (ConversionResult result in results)
            {
                DraftObject? provenance = result.Resources.LastOrDefault(draft => draft.ResourceType == "Provenance")?.Json;
                Assert.True(provenance is not null, $"{sample.Name}: result {result.Index} has no Provenance; ProvenanceFactory.Create makes it.");
                string text = provenance!.ToJsonString();
                Assert.Contains($"urn:sha256:{Conversions.Raw(sample.Bytes).Digest}", text, StringComparison.Ordinal);
                Assert.Contains($"{description.Name}/{description.Version}", text, StringComparison.Ordinal);
                string[] targets = [.. Conversions.References(provenance["target"])];
                foreach (ResourceDraft draft in result.Resources.Where(draft => draft.ResourceType != "Provenance"))
                {
                    Assert.True(targets.Contains($"{draft.ResourceType}/{draft.Id}"), $"{sample.Name}: the Provenance does not name the {draft.ResourceType}.");
                }
            }
        });
    }

    /// <summary>Only resources of the promised types are made.</summary>
    [Fact]
    public void Makes_only_what_it_promises()
    {
        IReadOnlyList<string> promised = CreateAdapter().Describe().ResourceTypes;
        if (promised.Count == 0) return;
        EachSample((sample, results) =>
        {
            foreach (ResourceDraft draft in Conversions.Drafts(results))
            {
                Assert.True(promised.Contains(draft.ResourceType), $"{sample.Name}: a {draft.ResourceType} was made, which Describe().ResourceTypes does not name.");
            }
        });
    }

    /// <summary>A machine of another culture gives the same.</summary>
    [Fact]
    public void Result_does_not_depend_on_the_culture() => EachSample((sample, results) => Same(
        sample, results, Surroundings.InAnotherCulture(() => Conversions.Convert(CreateAdapter(), Conversions.Raw(sample.Bytes, sample.FileName), Context)),
        "under another culture (pass CultureInfo.InvariantCulture)"));

    /// <summary>A machine in another time zone gives the same: times are in the zone of the site or of the record.</summary>
    [Fact]
    public void Result_does_not_depend_on_the_servers_time_zone() => EachSample((sample, results) =>
    {
        foreach (string zone in (string[])["Pacific/Kiritimati", "America/Los_Angeles", "UTC"])
        {
            Same(sample, results, Surroundings.InServerZone(zone, () => Conversions.Convert(CreateAdapter(), Conversions.Raw(sample.Bytes, sample.FileName), Context)),
                $"on a server in {zone} (use context.TimeZone)");
        }
    });

    /// <summary>One adapter converts on several threads at once, and each gets what it would alone.</summary>
    [Fact]
    public void One_adapter_serves_many_threads()
    {
        SampleRecord[] samples = [.. Samples];
        IRecordAdapter adapter = CreateAdapter();
        string[] alone = [.. samples.Select(sample => Conversions.Text(Conversions.Convert(CreateAdapter(), Conversions.Raw(sample.Bytes, sample.FileName), Context)))];
        var threads = new Thread[Threads];
        var failures = new List<string>();
        for (int i = 0; i < Threads; i++)
        {
            int first = i;
            threads[i] = new Thread(() =>
            {
                for (int round = 0; round < 10; round++)
                {
                    for (int at = 0; at < samples.Length; at++)
                    {
                        int which = (first + at) % samples.Length;
                        string? failure = null;
                        try
                        {
                            string text = Conversions.Text(Conversions.Convert(adapter, Conversions.Raw(samples[which].Bytes, samples[which].FileName), Context));
                            if (text != alone[which]) failure = $"{samples[which].Name}: gives something else while other threads convert.";
                        }
                        catch (Exception e)
                        {
                            failure = $"{samples[which].Name}: {e.GetType().Name} while other threads convert.";
                        }

                        if (failure is null) continue;
                        lock (failures) failures.Add(failure);
                        return;
                    }
                }
            });
        }

        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();
        Assert.Empty(failures);
    }

    /// <summary>What is no record at all is rejected with a reason and a place.</summary>
    [Fact]
    public void Rejects_what_is_no_record()
    {
        IRecordAdapter adapter = CreateAdapter();
        foreach ((string name, byte[] bytes) in BadInput.Hopeless())
        {
            List<ConversionResult> results = Survives(adapter, name, bytes, []);
            Assert.True(results.All(result => result.IsRejected), $"{name}: was converted.");
        }
    }

    /// <summary>A damaged record is converted or rejected with reasons and places; nothing is thrown, and no patient data stands in a reason.</summary>
    [Fact]
    public void Survives_damaged_records()
    {
        IRecordAdapter adapter = CreateAdapter();
        foreach (SampleRecord sample in Samples)
        {
            foreach ((string name, byte[] bytes) in BadInput.Damaged(sample, Seed, Mutations)) Survives(adapter, name, bytes, sample.PatientData);
        }
    }

    /// <summary>A record that was cut off throws nothing, and is rejected where the format has an end (<see cref="NoticesMissingEnd"/>).</summary>
    [Fact]
    public void Survives_records_that_were_cut_off()
    {
        IRecordAdapter adapter = CreateAdapter();
        foreach (SampleRecord sample in Samples)
        {
            int end = sample.Bytes.Span.TrimEnd(" \r\n\t\0"u8).Length;
            foreach ((string name, byte[] bytes) in BadInput.CutOff(sample, Seed, Mutations))
            {
                List<ConversionResult> results = Survives(adapter, name, bytes, sample.PatientData);
                if (NoticesMissingEnd && bytes.Length < end) Assert.True(results.Exists(result => result.IsRejected), $"{name}: was converted as if it were whole.");
            }
        }
    }

    /// <summary>A record of megabytes throws nothing.</summary>
    [Fact]
    public void Survives_huge_records()
    {
        IRecordAdapter adapter = CreateAdapter();
        foreach (SampleRecord sample in Samples)
        {
            (string name, byte[] bytes) = BadInput.Huge(sample);
            Survives(adapter, name, bytes, sample.PatientData);
        }
    }

    /// <summary>Measures records a second on one core, and asks for <see cref="LeastRecordsPerSecond"/> where the vendor set it.</summary>
    [Fact]
    public void Converts_as_fast_as_the_vendor_promises()
    {
        RawRecord[] records = [.. Samples.Select(sample => Conversions.Raw(sample.Bytes, sample.FileName))];
        IRecordAdapter adapter = CreateAdapter();
        int converted = 0;
        long began = Stopwatch.GetTimestamp();
        TimeSpan warm = TimeSpan.FromSeconds(0.5), measured = TimeSpan.FromSeconds(1.5);
        for (bool warming = true; warming || Stopwatch.GetElapsedTime(began) < measured;)
        {
            foreach (RawRecord record in records) converted += Conversions.Convert(adapter, record, Context).Count;
            if (!warming || Stopwatch.GetElapsedTime(began) < warm) continue;
            (warming, converted, began) = (false, 0, Stopwatch.GetTimestamp());
        }

        double rate = converted / Stopwatch.GetElapsedTime(began).TotalSeconds;
        output.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{adapter.Name} {adapter.Version}: {rate:N0} records/s on one core, without validation"));
        if (LeastRecordsPerSecond is { } least) Assert.True(rate >= least, $"{rate:0} records/s; the vendor promises {least:0}.");
    }

    private void EachSample(Action<SampleRecord, List<ConversionResult>> check)
    {
        bool any = false;
        foreach (SampleRecord sample in Samples)
        {
            any = true;
            List<ConversionResult> results = Conversions.Convert(CreateAdapter(), Conversions.Raw(sample.Bytes, sample.FileName), Context);
            foreach (ConversionResult result in results) Assert.False(result.IsRejected, $"{sample.Name}: is rejected: {Conversions.Errors(result)}");
            check(sample, results);
        }

        Assert.True(any, "Samples is empty: give at least one good record.");
    }

    private static void Same(SampleRecord sample, List<ConversionResult> expected, List<ConversionResult> actual, string when) =>
        Assert.True(Conversions.Text(expected) == Conversions.Text(actual), $"{sample.Name}: gives something else {when}.");

    private List<ConversionResult> Survives(IRecordAdapter adapter, string name, byte[] bytes, IReadOnlyList<string> patientData)
    {
        List<ConversionResult> results;
        try
        {
            RawRecord record = Conversions.Raw(bytes);
            Assert.InRange(adapter.Detect(record), 0, 100);
            results = Conversions.Convert(adapter, record, Context);
        }
        catch (Exception e) when (e is not Xunit.Sdk.XunitException)
        {
            throw new Xunit.Sdk.XunitException($"{name}: {e.GetType().Name} was thrown; a rejected result is expected. {e.StackTrace}");
        }

        Assert.True(results.Count > 0, $"{name}: neither a result nor a rejection.");
        foreach (OutcomeIssue issue in results.SelectMany(result => result.Issues))
        {
            string said = $"{issue.Expression}: {issue.Diagnostics}";
            if (issue.Severity is IssueSeverity.Error or IssueSeverity.Fatal)
            {
                Assert.False(string.IsNullOrWhiteSpace(issue.Diagnostics), $"{name}: rejected without a reason.");
                Assert.False(string.IsNullOrWhiteSpace(issue.Expression), $"{name}: rejected without a place (OutcomeIssue.Expression): {issue.Diagnostics}");
            }

            Assert.False(patientData.Any(data => said.Contains(data, StringComparison.Ordinal)), $"{name}: an issue holds patient data ({issue.Code} at {issue.Line}).");
        }

        return results;
    }
}
