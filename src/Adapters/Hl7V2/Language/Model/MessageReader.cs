using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Consortium.Adapters.Hl7V2.Language.Model;

/// <summary>Reads message maps.</summary>
internal static class MessageReader
{
    private static readonly string[] RootKeys = ["message", "extends", "events", "groups", "make", "replace", "description", "tests"];
    private static readonly string[] GroupKeys = ["in", "starts", "one", "has", "max"];
    private static readonly string[] MakeKeys = ["for", "resource", "name", "into", "map", "identity", "apply", "required", "set", "add", "when", "unless", "needs", "refuse", "each"];

    /// <summary>The message of a file.</summary>
    public static MessageModel Read(MapYaml yaml, YamlMappingNode root)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(root, "a message", RootKeys);
        bool extends = fields.TryGetValue("extends", out var extended);
        if (extends && fields.TryGetValue("message", out var message)) throw yaml.Fault(message.Key, "`message` and `extends` exclude each other.");
        MapText name = yaml.Text(extends ? extended.Value : fields["message"].Value);
        if (name.Value != "*" && (name.Value.Length is < 3 or > 12 || !name.Value.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_')))
        {
            throw name.Fault($"`{name.Value}` is no name of a message structure; ORU_R01 is one.");
        }

        return new MessageModel(name, name.Value)
        {
            Extends = extends,
            Replaces = fields.TryGetValue("replace", out var replace) && yaml.Flag(replace.Value),
            Events = fields.TryGetValue("events", out var events) ? yaml.Texts(events.Value) : [],
            Groups = fields.TryGetValue("groups", out var groups) ? [.. yaml.Pairs(groups.Value, "`groups`").Select(pair => Group(yaml, pair.Key, pair.Value))] : [],
            Make = fields.TryGetValue("make", out var make) ? [.. yaml.Items(make.Value, "`make`").Select(entry => Make(yaml, entry))] : [],
            Tests = fields.TryGetValue("tests", out var tests) ? MapTestReader.Read(yaml, tests.Value) : [],
        };
    }

    private static GroupModel Group(MapYaml yaml, MapText name, YamlNode node)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "a group", GroupKeys);
        if (!fields.TryGetValue("starts", out var starts)) throw yaml.Fault(node, "the key `starts` is missing: the segments that a group may begin with.");
        return new GroupModel(
            name,
            fields.TryGetValue("in", out var enclosing) ? yaml.Texts(enclosing.Value) : [],
            yaml.Texts(starts.Value),
            fields.TryGetValue("one", out var one) ? yaml.Texts(one.Value) : [],
            fields.TryGetValue("has", out var has) ? yaml.Texts(has.Value) : [],
            fields.TryGetValue("max", out var max) ? Max(yaml.Text(max.Value)) : 0);
    }

    private static int Max(MapText text) => int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int max) && max > 0
        ? max
        : throw text.Fault("`max` is how many of the group there may be: 1 or more.");

    private static MakeModel Make(MapYaml yaml, YamlNode node)
    {
        Dictionary<string, (YamlNode Key, YamlNode Value)> fields = yaml.Fields(node, "an entry of `make`", MakeKeys);
        MapText? Text(string key) => fields.TryGetValue(key, out var field) ? yaml.Text(field.Value) : null;
        IReadOnlyList<(MapText, MapText)> Names(string key) => fields.TryGetValue(key, out var field)
            ? [.. yaml.Pairs(field.Value, $"`{key}`").SelectMany(pair => yaml.Texts(pair.Value).Select(name => (pair.Key, name)))]
            : [];
        var make = new MakeModel
        {
            At = yaml.At(node, "make"),
            For = Text("for") ?? throw yaml.Fault(node, "the key `for` is missing: the segment."),
            Resource = Text("resource"),
            Name = Text("name"),
            Into = Text("into"),
            Map = Text("map"),
            Identity = fields.TryGetValue("identity", out var identity) ? IdentityReader.Read(yaml, identity.Value) : null,
            Apply = Text("apply"),
            Required = fields.TryGetValue("required", out var required) && yaml.Flag(required.Value),
            Set = Names("set"),
            Add = Names("add"),
            When = Text("when"),
            Each = fields.TryGetValue("each", out var each) && yaml.Flag(each.Value),
            Unless = Text("unless"),
            Needs = Text("needs"),
            Refuse = Text("refuse"),
        };
        if (make.Refuse is not null)
        {
            foreach (string key in MakeKeys)
            {
                if (key is not ("for" or "refuse" or "when" or "needs" or "unless") && fields.TryGetValue(key, out var field)) throw yaml.Fault(field.Key, $"`{key}` has no place in an entry that refuses; `when`, `needs` and `unless` have.");
            }

            if ((make.When ?? make.Needs ?? make.Unless) is null) throw make.Refuse.Fault("an entry that refuses needs `when`, `needs` or `unless`; without them it would refuse every message.");
            return make;
        }

        if (make.Each && (make.Into is null || make.Map is null || make.Set.Count + make.Add.Count > 0)) throw yaml.Fault(each.Key, "`each` goes with `into` and `map`: what is written into every one of them.");
        if (make.Resource is null == make.Into is null) throw yaml.Fault(node, "either `resource` (makes one) or `into` (writes into one) is needed.");
        if (make.Into is not null)
        {
            foreach (string key in (ReadOnlySpan<string>)["name", "identity", "apply", "required", "unless"])
            {
                if (fields.TryGetValue(key, out var field)) throw yaml.Fault(field.Key, $"`{key}` goes with `resource`, not with `into`.");
            }

            if (make.Map is null && make.Set.Count == 0) throw yaml.Fault(node, "the key `map` is missing: what is written into it.");
        }

        return make;
    }
}
