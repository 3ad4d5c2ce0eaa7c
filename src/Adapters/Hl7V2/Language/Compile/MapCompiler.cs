using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Adapters.Hl7V2.Language.Conversions;
using Consortium.Adapters.Hl7V2.Language.Identities;
using Consortium.Adapters.Hl7V2.Language.Model;
using Consortium.Adapters.Hl7V2.Language.Plans;
using Consortium.Adapters.Hl7V2.Tables;
using Consortium.Fhir;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Language.Compile;

/// <summary>Compiles a library of maps. Every name is resolved and checked here, so that converting looks nothing up.</summary>
internal sealed class MapCompiler
{
    private readonly MapLibrary _library;
    private readonly Dictionary<RowMapModel, RowMapPlan> _plans = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, CodeMap> _tables = new(StringComparer.Ordinal);
    private readonly RowCompiler _rows;

    private MapCompiler(MapLibrary library)
    {
        _library = library;
        _rows = new RowCompiler(this);
    }

    /// <summary>Compiles every message of a library.</summary>
    /// <exception cref="Site.SiteConfigurationException">A map is wrong; names file, line and column.</exception>
    public static MapSet Compile(MapLibrary library, string version)
    {
        var compiler = new MapCompiler(library);
        var byEvent = new Dictionary<(string, string), MessagePlan>();
        foreach (MessageModel message in library.Messages.Values.OrderBy(message => message.Name, StringComparer.Ordinal))
        {
            MessagePlan plan = new MessageCompiler(compiler, message).Compile();
            string type = message.Name.Split('_')[0];
            IEnumerable<MapText> events = message.Events.Count > 0 ? message.Events : [message.At with { Value = message.Name[(message.Name.IndexOf('_', StringComparison.Ordinal) + 1)..] }];
            foreach (MapText trigger in events)
            {
                if (!byEvent.TryAdd((type, trigger.Value), plan)) throw trigger.Fault($"{type}^{trigger.Value} is mapped by {byEvent[(type, trigger.Value)].Name} already.");
            }
        }

        // What no message uses is compiled too: an error in it must not wait for the day when one does.
        foreach (RowMapModel map in library.Segments.Values.Concat(library.Types.Values)) compiler.Plan(map);
        foreach (string table in library.Tables.Keys) compiler.FindTable(library.Tables[table].At with { Value = table });
        return new MapSet(byEvent, new CodeTables(library.Tables), version);
    }

    /// <summary>A segment map by name.</summary>
    public RowMapPlan Segment(MapText name) => _library.Segments.TryGetValue(MapName.Read(name).ToString(), out RowMapModel? model)
        ? Plan(model)
        : throw name.Fault($"there is no segment map {name.Value}{Nearest.Hint(name.Value, _library.Segments.Keys)}.");

    /// <summary>A type map by name; null where there is none.</summary>
    public (RowMapPlan Plan, RowMapModel Model)? Type(string name) => _library.Types.TryGetValue(name, out RowMapModel? model) ? (Plan(model), model) : null;

    /// <summary>The names that <c>as</c> may have.</summary>
    public IEnumerable<string> Conversions => Primitives.Names.Concat(Functions.NamesOfAll).Concat(_library.Types.Keys);

    /// <summary>A code table by name.</summary>
    public CodeMap FindTable(MapText name)
    {
        if (_tables.TryGetValue(name.Value, out CodeMap? known)) return known;
        if (_library.Tables.TryGetValue(name.Value, out TableModel? model)) return _tables[name.Value] = TableCompiler.Compile(model);
        throw name.Fault($"there is no code table {name.Value}{Nearest.Hint(name.Value, _library.Tables.Keys)}.");
    }

    /// <summary>How a type map's own resource is applied.</summary>
    public static ApplyMode Apply(MapText? text, ApplyMode otherwise) => text?.Value switch
    {
        null => otherwise,
        "update" => ApplyMode.Update,
        "createIfAbsent" => ApplyMode.CreateIfAbsent,
        "delete" => ApplyMode.Delete,
        _ => throw text.Fault("`apply` is update, createIfAbsent or delete."),
    };

    /// <summary>The rule of an identity.</summary>
    public static IdentityRule Identity(IdentityModel model, MapName? map, bool isType)
    {
        if (model.Rule is not null)
        {
            return NamedRules.Find(model.Rule) ?? throw model.At.Fault($"there is no identity rule {model.Rule}{Nearest.Hint(model.Rule, NamedRules.Names)}. Known: {string.Join(", ", NamedRules.Names)}, or {{kind: …, from: […]}}.");
        }

        if (model.Between.Count > 0) return new BetweenRule(model.Kind!, [.. model.Between.Select(name => name.Value)]);
        Place Read(MapText text) => Place.Read(text.Value, map, isType, text.Fault);
        return new FieldRule(model.Kind!, [.. model.From.Select(Read)], [.. model.And.Select(Read)], [.. model.Within.Select(name => string.Intern(name.Value))], model.Authority is null ? null : Read(model.Authority));
    }

    private RowMapPlan Plan(RowMapModel model)
    {
        if (_plans.TryGetValue(model, out RowMapPlan? known)) return known;
        FhirElementType target = FhirElementType.Find(model.Name.Target) ?? FhirElementType.Find(char.ToLowerInvariant(model.Name.Target[0]) + model.Name.Target[1..])
            ?? throw model.At.Fault($"{model.Name.Target} is no type of R4{Nearest.Hint(model.Name.Target, FhirR4.ResourceTypes)}.");
        if (!model.IsType && !target.IsResource) throw model.At.Fault($"a segment map fills a resource, and {target.Name} is none; a map of a data type belongs into the folder types.");
        if (!model.IsType && model.Identity is not null) throw model.Identity.At.Fault("the identity of a segment's resource stands in the message map.");
        var plan = new RowMapPlan(model.Name, target);
        _plans.Add(model, plan);
        _rows.Compile(model, plan);
        return plan;
    }
}
