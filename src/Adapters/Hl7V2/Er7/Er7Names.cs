namespace Consortium.Adapters.Hl7V2.Er7;

/// <summary>Segment names: a capital letter and two capitals or digits (HL7 v2.5.1 ch. 2.5.2). Each is one string for the life of the process.</summary>
internal static class Er7Names
{
    private const int Letters = 26;
    private const int Characters = 36;

    // There are 33,696 names at most, so the table is bounded whatever is sent.
    private static readonly string?[] Names = new string?[Letters * Characters * Characters];

    /// <summary>The name at the start of a line, or null where it is none.</summary>
    public static string? At(ReadOnlySpan<byte> line)
    {
        if (line.Length < 3) return null;
        int first = Index(line[0]), second = Index(line[1]), third = Index(line[2]);
        if (first is < 0 or >= Letters || second < 0 || third < 0) return null;
        int index = (((first * Characters) + second) * Characters) + third;
        return Names[index] ??= string.Intern(System.Text.Encoding.ASCII.GetString(line[..3]));
    }

    private static int Index(byte b) => b switch
    {
        >= (byte)'A' and <= (byte)'Z' => b - 'A',
        >= (byte)'0' and <= (byte)'9' => b - '0' + Letters,
        _ => -1,
    };
}
