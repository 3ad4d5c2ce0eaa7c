using System.Text.Json;

namespace Consortium.Adapters.Plugins;

/// <summary>
/// <c>plugin.json</c> of a plug-in's folder: what is loaded and what it may use. Read strictly, since a misspelt key would silently do nothing.
/// </summary>
/// <param name="Name">The adapter's name; the same as the adapter gives in <see cref="IRecordAdapter.Describe"/>.</param>
/// <param name="Assembly">File name of the adapter's assembly, in the same folder.</param>
/// <param name="Type">Full name of the class, with a public constructor without parameters.</param>
/// <param name="Contract">The contract it was built for (<see cref="AdapterContract"/>).</param>
/// <param name="Limits">What it may use.</param>
public sealed record PluginManifest(string Name, string Assembly, string Type, Version Contract, PluginLimits Limits)
{
    /// <summary>The file's name.</summary>
    public const string FileName = "plugin.json";

    private static readonly JsonDocumentOptions Options = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <summary>Reads the manifest of a plug-in's folder.</summary>
    /// <exception cref="PluginRefusedException">It is missing or cannot be used; the message names file, key and the way out.</exception>
    public static PluginManifest Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) throw new PluginRefusedException($"{file}: there is no such file. A plug-in's folder holds its assembly and a {FileName} (docs/adapters.md).");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file), Options);
            return ReadRoot(file, document.RootElement);
        }
        catch (JsonException e)
        {
            throw new PluginRefusedException($"{file}: line {(e.LineNumber ?? 0) + 1}: this is not JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PluginRefusedException($"{file}: cannot be read ({e.GetType().Name}).", e);
        }
    }

    private static PluginManifest ReadRoot(string file, JsonElement root)
    {
        string? name = null, assembly = null, type = null;
        Version? contract = null;
        var limits = new PluginLimits();
        foreach (JsonProperty property in Members(file, "the file", root))
        {
            switch (property.Name)
            {
                case "$schema":
                    break;
                case "name":
                    name = Text(file, property);
                    if (!AdapterDescription.IsName(name)) throw Wrong(file, "name", "a lower-case letter, then up to 31 lower-case letters, digits or hyphens are expected.");
                    break;
                case "assembly":
                    assembly = Text(file, property);
                    if (assembly != Path.GetFileName(assembly)) throw Wrong(file, "assembly", "a file name in the same folder is expected, without a path.");
                    break;
                case "type":
                    type = Text(file, property);
                    break;
                case "contract":
                    contract = Version.TryParse(Text(file, property), out Version? parsed)
                        ? parsed
                        : throw Wrong(file, "contract", $"a version such as \"{AdapterContract.Version}\" is expected.");
                    break;
                case "limits":
                    limits = ReadLimits(file, property.Value);
                    break;
                default:
                    throw Wrong(file, property.Name, "unknown key. Known: name, assembly, type, contract, limits.");
            }
        }

        return new PluginManifest(
            name ?? throw Missing(file, "name"), assembly ?? throw Missing(file, "assembly"), type ?? throw Missing(file, "type"), contract ?? throw Missing(file, "contract"), limits);
    }

    private static PluginLimits ReadLimits(string file, JsonElement value) =>
        PluginLimitSettings.Read(Members(file, "limits", value), (key, problem) => Wrong(file, $"limits.{key}", problem)).Over(new PluginLimits());

    private static JsonElement.ObjectEnumerator Members(string file, string key, JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw Wrong(file, key, "an object { … } is expected.");

    private static string Text(string file, JsonProperty property) =>
        property.Value.ValueKind == JsonValueKind.String && property.Value.GetString() is { Length: > 0 } text ? text : throw Wrong(file, property.Name, "a text is expected.");

    private static PluginRefusedException Missing(string file, string key) => new($"{file}: {key}: is missing.");

    private static PluginRefusedException Wrong(string file, string key, string problem) => new($"{file}: {key}: {problem}");
}
