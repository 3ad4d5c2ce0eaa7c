using System.Collections.Frozen;
using System.Text.Json;

namespace Consortium.FhirFacade.Redaction;

/// <summary>A coding that redaction adds to <c>meta.security</c>.</summary>
internal sealed record SecurityLabel(string System, string Code, string Display);

/// <summary>What one role may see (<c>view-policy.json</c>).</summary>
internal sealed class RolePolicy(RolePolicyFile file)
{
    /// <summary>Whether text is hidden unless a list shows it.</summary>
    public bool HidesUnlistedText { get; } = ViewPolicy.IsHide(file.UnlistedText);

    /// <summary>Whether numbers and booleans are hidden unless a list shows them.</summary>
    public bool HidesUnlistedNumbers { get; } = ViewPolicy.IsHide(file.UnlistedNumbers);

    public ElementPatterns Hide { get; } = new(file.Hide);

    /// <summary>Codes, dates and ids: shown if they are plain ASCII.</summary>
    public ElementPatterns Codes { get; } = new(file.ShowCodes);

    /// <summary>URIs and references: shown if they are plain ASCII without a query or a blank.</summary>
    public ElementPatterns Uris { get; } = new(file.ShowUris);

    /// <summary>Series of measured values: shown if they are nothing else.</summary>
    public ElementPatterns Samples { get; } = new(file.ShowSamples);

    /// <summary>Words of any script.</summary>
    public ElementPatterns Words { get; } = new(file.ShowWords);

    /// <summary>For a type: its elements that are looked at at all; the others are hidden whole.</summary>
    public FrozenDictionary<string, FrozenSet<string>> Only { get; } =
        file.Only.ToFrozenDictionary(t => t.Key, t => t.Value.ToFrozenSet(StringComparer.Ordinal), StringComparer.Ordinal);

    /// <summary>Types whose name in a <c>Reference.display</c> is hidden; <c>*</c> is every type.</summary>
    public FrozenSet<string> NoDisplayOfReferencesTo { get; } = file.NoDisplayOfReferencesTo.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Elements whose text must surface nowhere else in the view.</summary>
    public ElementPatterns MustNotSurface { get; } = new(file.MustNotSurface);

    /// <summary>Whether what must not surface is identity, so that strings known to the caller are searched for as well.</summary>
    public bool GuardsIdentity { get; } = file.GuardsIdentity;

    public IReadOnlyList<SecurityLabel> Labels { get; } = file.Labels;
}

/// <summary>The shape of one role in the file.</summary>
internal sealed record RolePolicyFile
{
    public required string UnlistedText { get; init; }

    public required string UnlistedNumbers { get; init; }

    public string[] Hide { get; init; } = [];

    public string[] ShowCodes { get; init; } = [];

    public string[] ShowUris { get; init; } = [];

    public string[] ShowSamples { get; init; } = [];

    public string[] ShowWords { get; init; } = [];

    public Dictionary<string, string[]> Only { get; init; } = [];

    public string[] NoDisplayOfReferencesTo { get; init; } = [];

    public string[] MustNotSurface { get; init; } = [];

    public bool GuardsIdentity { get; init; }

    public required SecurityLabel[] Labels { get; init; }
}

/// <summary>The role policies, read once from the embedded <c>view-policy.json</c>.</summary>
internal sealed class ViewPolicy
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        ReadCommentHandling = JsonCommentHandling.Skip,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
    };

    private readonly FrozenDictionary<ViewRole, RolePolicy> _roles;

    private ViewPolicy(IEnumerable<KeyValuePair<ViewRole, RolePolicy>> roles) => _roles = roles.ToFrozenDictionary();

    public static ViewPolicy Current { get; } = Load(Embedded.Read("view-policy.json"));

    public RolePolicy Of(ViewRole role) => _roles.TryGetValue(role, out RolePolicy? policy)
        ? policy
        : throw new ArgumentOutOfRangeException(nameof(role), role, "view-policy.json has no such role.");

    /// <exception cref="FormatException">The file is malformed; the message says where.</exception>
    public static ViewPolicy Load(string json)
    {
        try
        {
            var roles = JsonSerializer.Deserialize<Dictionary<string, RolePolicyFile>>(json, Options)!;
            return new ViewPolicy([.. roles.Select(r => KeyValuePair.Create(Enum.Parse<ViewRole>(r.Key, ignoreCase: true), new RolePolicy(r.Value)))]);
        }
        catch (JsonException e)
        {
            throw new FormatException($"view-policy.json: {e.Message}", e);
        }
    }

    public static bool IsHide(string word) => word switch
    {
        "hide" => true,
        "show" => false,
        _ => throw new FormatException($"view-policy.json: '{word}' is neither 'hide' nor 'show'."),
    };
}
