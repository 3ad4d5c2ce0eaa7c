using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Site;

namespace Consortium.Adapters.Bench;

/// <summary>
/// One kind of message through the public adapter and the pipeline, beside two floors over the same data: cutting the same bytes at
/// the same separators with span <c>IndexOf</c>, and writing the same Bundle with <see cref="Utf8JsonWriter"/>. Each round runs all
/// of them one after the other, so that a busy machine slows all alike.
/// </summary>
internal static class Speed
{
    private const int Messages = 200;

    /// <summary>How many values of each message are read as text.</summary>
    private const int ValuesRead = 150;

    public static object Run(Func<GeneratedMessages, byte[]> make, int rounds)
    {
        var generator = new GeneratedMessages(20261122);
        byte[][] sample = [.. Enumerable.Range(0, Messages).Select(_ => make(generator))];
        IRecordAdapter adapter = AdapterRegistry.BuiltIn().Adapters.Single(known => known.Name == "hl7v2");
        var pipeline = new ConversionPipeline(AdapterRegistry.BuiltIn(), SiteConfiguration.Default);
        ConversionContext context = SiteConfiguration.Default.ContextFor("bench");
        RawRecord Record(int i) => new(sample[i], "bench", DateTimeOffset.UnixEpoch);

        byte[][] bundles = [.. Enumerable.Range(0, Messages).Select(i => BundleWriter.Write(Good(pipeline.Convert(Record(i), "hl7v2"))))];
        JsonDocument[] parsed = [.. bundles.Select(bundle => JsonDocument.Parse(bundle))];
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1 << 20);
        long sink = 0;

        var indexOf = new Series(i => sink += Separators(sample[i]));
        var split = new Series(i => sink += ReadValues(sample[i]));
        var convert = new Series(i => sink += Good([.. adapter.Convert(Record(i), context)]).Resources.Count);
        var whole = new Series(i => sink += BundleWriter.Write(Good(pipeline.Convert(Record(i), "hl7v2"))).Length);
        var write = new Series(i =>
        {
            buffer.ResetWrittenCount();
            using var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            parsed[i].WriteTo(writer);
            writer.Flush();
            sink += buffer.WrittenCount;
        });
        Series[] all = [indexOf, split, write, convert, whole];

        // Warm-up long enough for the tiered compiler.
        for (Stopwatch clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < 20;)
        {
            foreach (Series series in all) series.Round(Messages, passes: 1);
        }

        foreach (Series series in all) series.Forget();
        for (int round = 0; round < rounds; round++)
        {
            foreach (Series series in all) series.Round(Messages, passes: 3);
        }

        GC.KeepAlive(sink);
        return new
        {
            segments = Er7Message.Parse(sample[0], Er7Charset.Utf8, 1).Segments.Count,
            meanBytes = Math.Round(sample.Average(message => (double)message.Length)),
            meanBundleBytes = Math.Round(bundles.Average(bundle => (double)bundle.Length)),
            resources = Good(pipeline.Convert(Record(0), "hl7v2")).Resources.Count,
            floorIndexOf = indexOf.Report(),
            splitAndRead150Values = split.Report(),
            floorUtf8JsonWriter = write.Report(),
            convert = convert.Report(),
            convertValidateSerialise = whole.Report(),
            splitTimesIndexOf = split.Times(indexOf),
            convertTimesUtf8JsonWriter = convert.Times(write),
            wholeTimesUtf8JsonWriter = whole.Times(write),
        };
    }

    private static ConversionResult Good(IReadOnlyList<ConversionResult> results) => results is [{ IsRejected: false } result]
        ? result
        : throw new InvalidOperationException("A message of the benchmark was rejected: " + string.Join("; ", results.SelectMany(r => r.Issues).Select(issue => issue.Diagnostics).Take(3)));

    /// <summary>Every separator of the message, found with <c>IndexOf</c> and nothing else.</summary>
    private static int Separators(ReadOnlySpan<byte> message)
    {
        int count = 0;
        while (message.IndexOfAny((byte)'\r', (byte)'|', (byte)'^') is >= 0 and var at)
        {
            count++;
            message = message[(at + 1)..];
        }

        return count;
    }

    /// <summary>Splits the message and reads the first components of its fields as text, up to the number.</summary>
    private static int ReadValues(byte[] bytes)
    {
        Er7File file = Er7File.Read(bytes, null);
        Er7Message message = Er7Message.Parse(file.Messages[0]);
        int read = 0;
        int length = 0;
        foreach (Er7Segment segment in message.Segments)
        {
            for (int field = 1; field <= segment.FieldCount; field++)
            {
                foreach (Er7Value component in segment[field][1].HasData ? segment[field].Components() : default)
                {
                    if (read++ == ValuesRead) return length;
                    length += component.Text!.Length;
                }
            }
        }

        return length;
    }
}
