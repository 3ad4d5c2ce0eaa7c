using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Consortium.Cli.Host;

/// <summary>Reads configuration keys; every complaint names the key in its three spellings' common part and what it wants.</summary>
internal sealed class ConfigurationReader(IConfiguration configuration)
{
    private static readonly ConcurrentDictionary<string, bool> s_asked = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The first part of every key that was asked for in this process: a key outside of them is misspelt.</summary>
    public static IReadOnlySet<string> Asked => s_asked.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);

    public string? Optional(string key)
    {
        s_asked.TryAdd(key.Split(':')[0], true);
        return configuration[key] is { Length: > 0 } value ? value : null;
    }

    public string Required(string key, string wants) => Optional(key)
        ?? throw CommandException.Misunderstood($"Configuration key {key} is missing: it wants {wants}. Set {Spellings(key)}.");

    /// <summary>A secret given in place, or in a file named by KEY + "File".</summary>
    public string Secret(string key, string wants)
    {
        if (Optional(key + "File") is { } file)
        {
            if (!System.IO.File.Exists(file)) throw CommandException.Misunderstood($"Configuration key {key}File: {file}: no such file.");
            return System.IO.File.ReadAllText(file).Trim();
        }

        return Optional(key) ?? throw CommandException.Misunderstood(
            $"Configuration key {key}File is missing: it names a file with {wants}. Set {Spellings(key + "File")}.");
    }

    /// <summary>As <see cref="Secret"/>, where it may be left out.</summary>
    public string? OptionalSecret(string key) => Optional(key) is null && Optional(key + "File") is null ? null : Secret(key, "a secret");

    /// <summary>A file that must be there; null where the key is left out.</summary>
    public string? File(string key)
    {
        if (Optional(key) is not { } file) return null;
        return System.IO.File.Exists(file) ? file : throw CommandException.Misunderstood($"Configuration key {key}: {file}: no such file.");
    }

    public byte[] Key32(string key, string wants)
    {
        string hex = Secret(key, wants);
        return hex.Length == 64 && hex.All(char.IsAsciiHexDigit) ? Convert.FromHexString(hex) : throw Wrong(key, wants);
    }

    public int Number(string key, int otherwise)
    {
        if (Optional(key) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : throw Wrong(key, "a whole number");
    }

    /// <summary>A whole number within limits.</summary>
    public int Number(string key, int otherwise, int least, int most)
    {
        string wants = string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
        if (Optional(key) is not { } text) return otherwise;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most ? value : throw Wrong(key, wants);
    }

    /// <summary>One of several words, in whatever case; as it is spelt here.</summary>
    public string OneOf(string key, string otherwise, params string[] words) => Optional(key) is not { } text
        ? otherwise
        : words.FirstOrDefault(word => word.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw Wrong(key, string.Join(" or ", words));

    public bool Flag(string key) => Optional(key) switch
    {
        null => false,
        { } text => bool.TryParse(text, out bool value) ? value : throw Wrong(key, "true or false"),
    };

    public Uri Uri(string key, string otherwise) => System.Uri.TryCreate(Optional(key) ?? otherwise, UriKind.Absolute, out Uri? uri) && uri.Scheme is "http" or "https"
        ? uri : throw Wrong(key, "an http:// or https:// URL");

    public static CommandException Wrong(string key, string wants) => CommandException.Misunderstood($"Configuration key {key} wants {wants}.");

    private static string Spellings(string key) =>
        $"it in consortium.json, CONSORTIUM__{key.ToUpperInvariant()} in the environment, or --set {key}=VALUE";
}
