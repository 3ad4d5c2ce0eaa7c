using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>Reads <c>identity</c>: the name of a rule, or <c>{kind, within, from, and, authority}</c>.</summary>
internal static class IdentityReader
{
    private static readonly string[] Keys = ["kind", "within", "from", "and", "authority"];

    /// <summary>An identity as written.</summary>
    public static IdentityModel Read(MapYaml yaml, YamlNode node)
    {
        if (node is YamlScalarNode)
        {
            MapText rule = yaml.Text(node);
            return new IdentityModel(rule, rule.Value, null, [], [], [], null);
        }

        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "`identity`", Keys);
        if (!fields.TryGetValue("kind", out var kind)) throw yaml.Fault(node, "the key `kind` is missing: what is numbered, such as appointment.");
        if (!fields.TryGetValue("from", out var from)) throw yaml.Fault(node, "the key `from` is missing: the fields that identify it, the best first.");
        MapText named = yaml.Text(kind.Value);
        return new IdentityModel(
            named, null, named.Value, yaml.Texts(from.Value),
            fields.TryGetValue("and", out var and) ? yaml.Texts(and.Value) : [],
            fields.TryGetValue("within", out var within) ? yaml.Texts(within.Value) : [],
            fields.TryGetValue("authority", out var authority) ? yaml.Text(authority.Value) : null);
    }
}
