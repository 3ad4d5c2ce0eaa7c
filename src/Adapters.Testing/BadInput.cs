using System.Text;

namespace Consortium.Adapters.Testing;

/// <summary>What arrives instead of a record when a line breaks, a disk fills up or someone sends the wrong file. Seeded: the same each time.</summary>
internal static class BadInput
{
    private const int HugeBytes = 8 * 1024 * 1024;

    /// <summary>Records that nobody could read.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Hopeless()
    {
        yield return ("empty", []);
        yield return ("white space", " \r\n\t \n"u8.ToArray());
        yield return ("a zero byte", [0]);
        yield return ("a megabyte of zero bytes", new byte[1024 * 1024]);
        yield return ("bytes that are no text in any character set", [0xFF, 0xFF, 0x00, 0x80, 0xFE, 0xC0, 0xAF]);
        yield return ("a picture", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52]);
    }

    /// <summary>A good record, damaged.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Damaged(SampleRecord sample, int seed, int mutations)
    {
        byte[] good = sample.Bytes.ToArray();
        var random = new Random(seed);
        for (int i = 0; i < mutations; i++)
        {
            byte[] bytes = (byte[])good.Clone();
            int places = random.Next(1, 6);
            for (int j = 0; j < places; j++) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            yield return ($"{sample.Name} with {places} bytes changed (seed {seed}, number {i})", bytes);
        }

        for (int i = 0; i < mutations; i++)
        {
            int from = random.Next(good.Length);
            int length = random.Next(1, Math.Max(2, (good.Length - from) / 2));
            byte[] rest = [.. good.AsSpan(0, from), .. good.AsSpan(Math.Min(good.Length, from + length))];
            yield return ($"{sample.Name} without {length} bytes from {from}", rest);
        }

        yield return ($"{sample.Name} twice", [.. good, .. good]);
        yield return ($"{sample.Name} with an invalid byte in the middle", [.. good.AsSpan(0, good.Length / 2), 0xFF, .. good.AsSpan(good.Length / 2)]);
        yield return ($"{sample.Name} in UTF-16", Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(good)));
        yield return ($"{sample.Name} read as Latin-1 and written as UTF-8", Encoding.UTF8.GetBytes(Encoding.Latin1.GetString(good)));
    }

    /// <summary>A good record, cut off: at each of its first bytes, then at seeded lengths.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> CutOff(SampleRecord sample, int seed, int cuts)
    {
        byte[] good = sample.Bytes.ToArray();
        var random = new Random(seed);
        foreach (int length in Enumerable.Range(1, Math.Min(16, good.Length - 1)).Concat(Enumerable.Range(0, cuts).Select(_ => random.Next(1, good.Length))))
        {
            yield return ($"{sample.Name} cut off after {length} bytes", good[..length]);
        }
    }

    /// <summary>A good record with megabytes after it.</summary>
    public static (string Name, byte[] Bytes) Huge(SampleRecord sample)
    {
        byte[] bytes = new byte[sample.Bytes.Length + HugeBytes];
        sample.Bytes.Span.CopyTo(bytes);
        bytes.AsSpan(sample.Bytes.Length).Fill((byte)'x');
        return ($"{sample.Name} with {HugeBytes} bytes after it", bytes);
    }
}
