using System.Globalization;

namespace Consortium.Ledger.Abi;

/// <summary>Why a contract refused: an error's name and arguments.</summary>
/// <param name="Name">Such as <c>WrongSequence</c>; <c>Error</c> and <c>Panic</c> are Solidity's own.</param>
/// <param name="Arguments">By parameter, in order.</param>
public sealed record ContractError(string Name, IReadOnlyList<KeyValuePair<string, object>> Arguments)
{
    /// <summary>An argument by its parameter's name; null where there is none of the name.</summary>
    public object? this[string name] => Arguments.FirstOrDefault(a => a.Key == name).Value;

    /// <summary>As one would write it: <c>WrongSequence(given: 5, next: 3)</c>.</summary>
    public override string ToString() => AbiText.Write(Name, Arguments);
}

/// <summary>What a call does: a function's name and arguments.</summary>
/// <param name="Name">The function.</param>
/// <param name="Arguments">By parameter, in order.</param>
public sealed record ContractCall(string Name, IReadOnlyList<KeyValuePair<string, object>> Arguments)
{
    /// <summary>As one would write it: <c>suspend(account: 0x…)</c>.</summary>
    public override string ToString() => AbiText.Write(Name, Arguments);
}

/// <summary>Names and decoded values as text.</summary>
internal static class AbiText
{
    public static string Write(string name, IReadOnlyList<KeyValuePair<string, object>> arguments) =>
        $"{name}({string.Join(", ", arguments.Select(a => $"{a.Key}: {Show(a.Value)}"))})";

    private static string Show(object value) => value switch
    {
        byte[] bytes => "0x" + Convert.ToHexStringLower(bytes),
        object[] items => "[" + string.Join(", ", items.Select(Show)) + "]",
        string text => "\"" + text + "\"",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
