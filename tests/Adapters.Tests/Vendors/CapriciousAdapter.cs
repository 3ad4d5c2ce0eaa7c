using System.Runtime.InteropServices;
using System.Text;
using Consortium.Adapters.Elements;
using Consortium.Fhir;

namespace Consortium.Adapters.Tests.Vendors;

/// <summary>A plug-in that does what the record says: it makes a patient, or goes wrong in every way that a process can.</summary>
public sealed class CapriciousAdapter : IRecordAdapter
{
    private static readonly AdapterDescription Description = new("capricious", "1", "The tests") { Formats = ["one word"], Maps = [new AdapterMap("word", "1")] };

    public AdapterDescription Describe() => Description;

    public int Detect(RawRecord record) => Encoding.UTF8.GetString(record.Bytes.Span) switch
    {
        "mute" => throw new InvalidOperationException(),
        var text when text.StartsWith("good", StringComparison.Ordinal) => 40,
        _ => 0,
    };

    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        string word = Encoding.UTF8.GetString(record.Bytes.Span);
        switch (word.Split(' ')[0])
        {
            case "throw":
                throw new FormatException(word);
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "wait":
                File.WriteAllText(word.Split(' ')[1], "");
                while (!File.Exists(word.Split(' ')[2])) Thread.Sleep(5);
                break;
            case "exit":
                Environment.Exit(3);
                break;
            case "overflow":
                Overflow(1);
                break;
            case "background":
                new Thread(() => throw new FormatException()).Start();
                Thread.Sleep(Timeout.Infinite);
                break;
            case "allocate":
                var kept = new List<byte[]>();
                while (true) kept.Add(new byte[1024 * 1024]);
            case "native":
                while (true) FillNative();
            case "garble":
                using (Stream output = Console.OpenStandardOutput()) output.Write("once upon a time"u8);
                Thread.Sleep(Timeout.Infinite);
                break;
            case "print":
                Console.WriteLine(new string('x', 1 << 20));
                Console.Error.WriteLine(new string('x', 1 << 20));
                break;
            case "secret":
                if (Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(name => name.StartsWith("CONSORTIUM", StringComparison.Ordinal)))
                {
                    return [ConversionResult.Rejected(0, null, new OutcomeIssue(IssueSeverity.Error, "security", "a secret"))];
                }

                break;
        }

        var patient = new ResourceDraft(JsonBuilding.Resource("Patient", context.Ids.For(record.Source, "Patient", word))
            .Set("active", true)
            .SetAll("identifier", [Element.Identifier(context.IdentifierSystems.OfAuthority("HOSP"), word)])
            .Set("deceasedDateTime", new DateTimeOffset(2026, 1, 1, 0, 0, 0, context.TimeZone.GetUtcOffset(new DateTime(2026, 1, 1))).ToString("yyyy-MM-dd'T'HH:mm:sszzz", System.Globalization.CultureInfo.InvariantCulture)));
        ResourceDraft[] drafts = word == "unproven" ? [patient] : [patient, new ResourceDraft(ProvenanceFactory.Create(record, this, "word", "1", context, [patient]))];
        if (word == "invalid") patient.Json["gender"] = "unheard-of";
        var result = new ConversionResult { Index = word == "misnumber" ? 7 : 0, ControlId = word, Resources = drafts, Issues = [new OutcomeIssue(IssueSeverity.Information, "informational", "made", "line 1", 1, 2)] };
        return word == "half" ? Half(result) : [result];
    }

    private static IEnumerable<ConversionResult> Half(ConversionResult first)
    {
        yield return first;
        throw new FormatException();
    }

    private static int Overflow(int depth) => depth + Overflow(depth + 1) + Overflow(depth + 2);

    private static void FillNative()
    {
        const int Length = 16 * 1024 * 1024;
        IntPtr memory = Marshal.AllocHGlobal(Length);
        for (int i = 0; i < Length; i += 4096) Marshal.WriteByte(memory, i, 1);
    }
}

/// <summary>The next version of the same plug-in.</summary>
public sealed class CapriciousAdapterOfVersionTwo : IRecordAdapter
{
    public AdapterDescription Describe() => new("capricious", "2", "The tests") { Formats = ["one word"], Maps = [new AdapterMap("word", "1")] };

    public int Detect(RawRecord record) => 40;

    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context)
    {
        var patient = new ResourceDraft(JsonBuilding.Resource("Patient", context.Ids.For(record.Source, "Patient", "two")));
        return [new ConversionResult { Index = 0, Resources = [patient, new ResourceDraft(ProvenanceFactory.Create(record, this, "word", "1", context, [patient]))] }];
    }
}

/// <summary>Not an adapter that can be made: it wants an argument.</summary>
public sealed class DemandingAdapter(AdapterDescription description) : IRecordAdapter
{
    public AdapterDescription Describe() => description;

    public int Detect(RawRecord record) => 0;

    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context) => [];
}

/// <summary>Fails while it is made.</summary>
public sealed class StillbornAdapter : IRecordAdapter
{
    public StillbornAdapter() => throw new FormatException();

    public AdapterDescription Describe() => throw new FormatException();

    public int Detect(RawRecord record) => 0;

    public IEnumerable<ConversionResult> Convert(RawRecord record, ConversionContext context) => [];
}
