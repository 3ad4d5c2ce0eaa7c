using System.Text;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Testing;

namespace Consortium.Adapters.Tests.Hl7V2;

/// <summary>Whatever comes, the parser answers with values or with a reason that has a place; nothing else gets out of it.</summary>
public sealed class HostileInputTests
{
    private const int Hundred = 100 * 1000 * 1000;

    [Theory]
    [InlineData("MSH|^~\\&|A\rPID|||", "|", "too-long")]
    [InlineData("MSH|^~\\&|A\rPID|||", "~", "too-long")]
    [InlineData("MSH|^~\\&|A\rPID|||", "^a", "too-long")]
    [InlineData("MSH|^~\\&|A\rPID|||a^", "\0b", "value")]
    [InlineData("MSH|^~\\&|A\rPID", "A", "structure")]
    [InlineData("MSH|", "^~", "structure")]
    [InlineData("MSH|^~\\&|A\r", "AB", "structure")]
    [InlineData("", "Z", "structure")]
    [InlineData("MSH|^~\\&|A\rPID|", "\\X", "structure")]
    [InlineData("", "MSH|^~\\&|\r", "too-long")]
    [InlineData("MSH|^~\\&|A\rOBX|1|", "\rADD|", "structure")] // cut in its last line
    [InlineData("MSH|^~\\&|A\r", "DSC|1\r", "structure")]
    public void A_hundred_megabytes_of_one_thing_are_refused_with_a_place(string start, string repeated, string? code)
    {
        byte[] record = new byte[Hundred];
        byte[] unit = Encoding.ASCII.GetBytes(repeated);
        int at = Encoding.ASCII.GetBytes(start, record);
        for (int i = 0; at < record.Length; at++, i++) record[at] = unit[i % unit.Length];

        string? refused = null;
        try
        {
            Er7File file = Er7File.Read(record, null);
            ReadAll(Er7Message.Parse(file.Messages[0]));
        }
        catch (Er7FormatException e)
        {
            Assert.True(e.Place is not null || e.Line is not null);
            refused = e.Code;
        }

        // Where a sequence without content is only noise, what is left is a message.
        if (repeated == "\\X") Assert.True(refused is null or "structure");
        else Assert.Equal(code, refused);
    }

    [CorpusFact]
    public void Damaged_messages_of_every_kind_give_values_or_a_place()
    {
        var random = new Random(20261124);
        string[] files = [.. Directory.GetFiles(Corpora.Path("hl7v2"), "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".hl7" or ".txt" || file.Contains("bad-inputs", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
        Assert.True(files.Length > 80);
        int refused = 0, read = 0;
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            if (bytes.Length == 0) continue;
            for (int i = 0; i < 60; i++)
            {
                try
                {
                    Er7File whole = Er7File.Read(Damaged(bytes, random), i % 3 == 0 ? "GB18030" : null);
                    foreach (Er7Slice slice in whole.Messages) ReadAll(Er7Message.Parse(slice));
                    read++;
                }
                catch (Er7FormatException e)
                {
                    Assert.True(e.Place is not null || e.Line is not null, file);
                    Assert.InRange(e.Line ?? 1, 1, bytes.Length + 20_000);
                    refused++;
                }
            }
        }

        Assert.True(refused > 1000 && read > 1000, $"{refused} refused, {read} read");
    }

    [CorpusFact]
    public void The_adapter_refuses_damaged_messages_with_a_place_and_never_throws()
    {
        var random = new Random(20261125);
        foreach (string file in Directory.GetFiles(Corpora.Path("hl7v2/fhir-converter"), "*.hl7").Order(StringComparer.Ordinal))
        {
            byte[] bytes = File.ReadAllBytes(file);
            for (int i = 0; i < 15; i++)
            {
                foreach (ConversionResult result in Messages.ConvertAll(Damaged(bytes, random)))
                {
                    if (result.IsRejected) Assert.All(result.Issues, issue => Assert.True(issue.Expression is not null || issue.Line is not null, file));
                }
            }
        }
    }

    /// <summary>What transfers, editors, faulty senders and attackers do to a message.</summary>
    private static byte[] Damaged(byte[] bytes, Random random)
    {
        string[] pieces = ["|", "^", "~", "\\", "&", "\r", "\n", "\\X", "\\X41\\", "\\.sp99\\", "\\M2442\\", "\"\"", "MSH|", "\rADD|", "\rDSC|X", "\rBTS|9", "\0", "\u001b$B", "é", "#", "FHS|^~\\&"];
        List<byte> damaged = [.. bytes];
        for (int n = random.Next(1, 6); n > 0 && damaged.Count > 0; n--)
        {
            int at = random.Next(damaged.Count);
            switch (random.Next(7))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.RemoveRange(at, Math.Min(random.Next(1, 40), damaged.Count - at));
                    break;
                case 2:
                    damaged.InsertRange(at, Encoding.UTF8.GetBytes(pieces[random.Next(pieces.Length)]));
                    break;
                case 3:
                    damaged.RemoveRange(at, damaged.Count - at);
                    break;
                case 4:
                    byte[] copied = [.. damaged.Skip(at).Take(random.Next(1, 400))];
                    damaged.InsertRange(random.Next(damaged.Count), copied);
                    break;
                case 5:
                    damaged.InsertRange(at, Enumerable.Repeat((byte)pieces[random.Next(5)][0], random.Next(1, 3000)));
                    break;
                default:
                    damaged.InsertRange(0, (byte[])(random.Next(4) switch { 0 => [0xEF, 0xBB, 0xBF], 1 => [0xFF, 0xFE], 2 => [0xFE, 0xFF], _ => [0x0B] }));
                    break;
            }
        }

        return [.. damaged];
    }

    /// <summary>Every value in every way that a map may ask for it.</summary>
    private static void ReadAll(Er7Message message)
    {
        foreach (Er7Segment segment in message.Segments)
        {
            _ = segment.Unread();
            for (int field = 1; field <= segment.FieldCount; field++)
            {
                Er7Value value = segment[field];
                _ = (value.HasData, value.RepetitionCount, value.IsNull, value.Place);
                if (value.Length < 1_000_000) _ = value.WholeText;
                foreach (Er7Value repetition in value.Repetitions())
                {
                    foreach (Er7Value component in repetition.Components())
                    {
                        string? text = component.Text;
                        Assert.True(!component.TryGetUtf8(out ReadOnlySpan<byte> utf8) || Encoding.UTF8.GetString(utf8) == text);
                        Assert.Equal(text?.Length ?? 0, component.TextLength);
                        _ = component[2].Text;
                    }
                }
            }
        }
    }
}
