using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>Reads <c>identity</c>: the name of a rule, or <c>{kind, within, from, and, authority}</c>, or <c>{kind, between}</c>.</summary>
internal static class IdentityReader
{
    private static readonly string[] Keys = ["kind", "within", "from", "and", "authority", "between"];

    /// <summary>An identity as written.</summary>
    public static IdentityModel Read(MapYaml yaml, YamlNode node)
    {
        if (node is YamlScalarNode)
        {
            MapText rule = yaml.Text(node);
            return new IdentityModel(rule, rule.Value, null, [], [], [], null, []);
        }

        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "`identity`", Keys);
        if (!fields.TryGetValue("kind", out var kind)) throw yaml.Fault(node, "the key `kind` is missing: what is numbered, such as appointment.");
        MapText named = yaml.Text(kind.Value);
        if (fields.TryGetValue("between", out var between))
        {
            foreach (string key in (ReadOnlySpan<string>)["within", "from", "and", "authority"])
            {
                if (fields.TryGetValue(key, out var other)) throw yaml.Fault(other.Key, $"`{key}` and `between` exclude each other.");
            }

            IReadOnlyList<MapText> names = yaml.Texts(between.Value);
            if (names.Count < 2) throw yaml.Fault(between.Value, "`between` is a list of at least two resources, by their names in this message.");
            return new IdentityModel(named, null, named.Value, [], [], [], null, names);
        }

        if (!fields.TryGetValue("from", out var from)) throw yaml.Fault(node, "the key `from` is missing: the fields that identify it, the best first.");
        return new IdentityModel(
            named, null, named.Value, yaml.Texts(from.Value),
            fields.TryGetValue("and", out var and) ? yaml.Texts(and.Value) : [],
            fields.TryGetValue("within", out var within) ? yaml.Texts(within.Value) : [],
            fields.TryGetValue("authority", out var authority) ? yaml.Text(authority.Value) : null,
            []);
    }
}
