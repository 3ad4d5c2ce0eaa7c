using System.Text;
using System.Text.Json;

namespace Consortium.Cli;

/// <summary>Reads what the command line names: files, folders, standard input, hexadecimal secrets.</summary>
internal static class Input
{
    /// <summary>Every file that the paths name: <c>-</c> is standard input, a folder means every file in it, in ordinal order.</summary>
    /// <exception cref="CommandException">A path does not exist.</exception>
    public static IEnumerable<string> Files(IEnumerable<string> paths)
    {
        foreach (string path in paths)
        {
            if (path == "-") yield return path;
            else if (Directory.Exists(path))
            {
                foreach (string file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)) yield return file;
            }
            else if (File.Exists(path)) yield return path;
            else throw CommandException.Misunderstood($"{path}: no such file or folder.");
        }
    }

    /// <summary>The bytes of a file, or of standard input for <c>-</c>.</summary>
    public static async Task<byte[]> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            if (file != "-") return await File.ReadAllBytesAsync(file, cancellationToken);
            await using Stream input = Console.OpenStandardInput();
            using var buffer = new MemoryStream();
            await input.CopyToAsync(buffer, cancellationToken);
            return buffer.ToArray();
        }
        catch (FileNotFoundException)
        {
            throw CommandException.Misunderstood($"{file}: no such file.");
        }
        catch (DirectoryNotFoundException)
        {
            throw CommandException.Misunderstood($"{file}: no such file.");
        }
        catch (UnauthorizedAccessException)
        {
            throw CommandException.Misunderstood($"{file}: it is a folder, or may not be read.");
        }
    }

    /// <summary>A file to read from its beginning.</summary>
    /// <exception cref="CommandException">It does not exist, is a folder, or may not be read.</exception>
    public static Stream Open(string file)
    {
        try
        {
            // Buffered by the reader itself.
            return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw CommandException.Misunderstood($"{file}: no such file.");
        }
        catch (UnauthorizedAccessException)
        {
            throw CommandException.Misunderstood($"{file}: it is a folder, or may not be read.");
        }
    }

    /// <summary>An absolute URL over HTTP.</summary>
    public static Uri HttpUrl(string option, string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
        ? uri : throw CommandException.Misunderstood($"{option}: {text} is no http:// or https:// URL.");

    /// <summary>A 32-byte value in hexadecimal, with or without <c>0x</c>.</summary>
    public static byte[] Hex32(string option, string hex)
    {
        string digits = hex.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? hex[2..] : hex;
        if (digits.Length == 64 && digits.All(char.IsAsciiHexDigit)) return Convert.FromHexString(digits);
        throw CommandException.Misunderstood($"{option}: expected 64 hexadecimal digits (32 bytes), found {digits.Length} characters.");
    }
}

/// <summary>Writes JSON documents to standard output, one a line.</summary>
internal static class Output
{
    private static readonly JsonWriterOptions Compact = new()
    {
        // Chinese text stays readable on a terminal; the output is JSON, never HTML.
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Builds one JSON document and writes it as one line.</summary>
    public static void Line(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Compact)) write(writer);
        Line(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>Writes one JSON document that is UTF-8 already, as one line.</summary>
    public static void Line(ReadOnlySpan<byte> utf8Json)
    {
        lock (Compact.Encoder!)
        {
            Stream output = StandardOutput.Value;
            output.Write(utf8Json);
            output.Write("\n"u8);
            output.Flush();
        }
    }

    /// <summary>A document that is no JSON, such as a draft of a map.</summary>
    public static void Text(string text)
    {
        lock (Compact.Encoder!)
        {
            StandardOutput.Value.Write(System.Text.Encoding.UTF8.GetBytes(text));
            StandardOutput.Value.Flush();
        }
    }

    /// <summary>Words for a person.</summary>
    public static void Say(string text) => Console.Error.WriteLine(text);

    private static readonly Lazy<Stream> StandardOutput = new(Console.OpenStandardOutput);
}
