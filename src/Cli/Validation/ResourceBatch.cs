using System.Buffers;
using System.Text.Json;
using Consortium.Fhir;

namespace Consortium.Cli.Validation;

/// <summary>A few resources of one file in one buffer, and after <see cref="Validate"/> their result lines. Used again for other resources.</summary>
internal sealed class ResourceBatch
{
    private readonly List<(int Start, int Length, long Line)> _resources = [];
    private readonly ArrayBufferWriter<byte> _output = new();
    private Utf8JsonWriter? _writer;
    private string _file = string.Empty;
    private byte[] _bytes = [];

    /// <summary>The result lines, in the order of the resources.</summary>
    public ReadOnlySpan<byte> Output => _output.WrittenSpan;

    /// <summary>Whether every resource was valid.</summary>
    public bool AllValid { get; private set; }

    /// <summary>Takes resources that lie in one buffer; the buffer is the batch's until it is given back with <see cref="Take"/>.</summary>
    public void Fill(string file, byte[] bytes)
    {
        (_file, _bytes) = (file, bytes);
        _resources.Clear();
    }

    /// <param name="start">Where the resource begins in the buffer.</param>
    /// <param name="length">Its length.</param>
    /// <param name="line">The line of the file that it begins on, from 1.</param>
    public void Add(int start, int length, long line) => _resources.Add((start, length, line));

    /// <summary>Gives the buffer back.</summary>
    public byte[] Take()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        return bytes;
    }

    public void Validate(FhirValidator validator)
    {
        _output.ResetWrittenCount();
        AllValid = true;
        foreach ((int start, int length, long line) in _resources)
        {
            ReadOnlyMemory<byte> resource = _bytes.AsMemory(start, length);
            if (resource.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF])) resource = resource[3..];
            ValidationResult result = IsXml(resource.Span) ? validator.ValidateXml(resource) : validator.Validate(resource);
            ResultLine.Write(_writer ??= new Utf8JsonWriter(_output, ResultLine.Options), _file, result, line);
            _writer.Flush();
            _writer.Reset(_output);
            _output.Write("\n"u8);
            AllValid &= result.IsValid;
        }
    }

    /// <summary>JSON never begins with an angle bracket, XML always does; UTF-16, which only XML may be, with a byte order mark.</summary>
    private static bool IsXml(ReadOnlySpan<byte> resource) =>
        resource.TrimStart(" \t\r\n"u8).StartsWith("<"u8) || resource.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || resource.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]);
}
