using System.Collections;
using Consortium.Fhir.Definitions;
using Consortium.Fhir.Json;
using Consortium.Fhir.Validation;

namespace Consortium.Fhir.Model;

/// <summary>Makes the objects of a document. Everything in it finds its place in them, or is refused with its own.</summary>
internal sealed class ModelReader
{
    private readonly R4Tables _tables = R4Tables.Instance;
    private readonly FhirDocument _document;
    private readonly Node[] _nodes;
    private readonly StrictForm _form;

    private ModelReader(FhirDocument document) => (_document, _nodes, _form) = (document, document.Nodes, new StrictForm(document));

    public static Resource Read(FhirDocument document) => new ModelReader(document).ReadResource(0);

    private Resource ReadResource(int at)
    {
        Base resource = ModelTypes.Create(_tables, _form.ResourceType(at));
        ReadProperties(resource, at, _nodes[at].Type);
        return (Resource)resource;
    }

    private void ReadProperties(Base target, int at, int type)
    {
        int first = _tables.Types[type].ElementStart;
        foreach (int property in _form.OrderedProperties(at))
        {
            int slot = _nodes[property].Element - first;
            if (target.IsPlainText(slot)) target.SetSlot(slot, _document.Text(_form.RequirePlainText(property)));
            else if (_form.Repeats(property)) target.SetSlot(slot, ReadList(target, slot, property));
            else target.SetSlot(slot, ReadValue(target, slot, property));
        }
    }

    private IList ReadList(Base owner, int slot, int property)
    {
        IList? list = null;
        ElementItems items = _form.Items(property);
        while (items.MoveNext())
        {
            Base item = ReadValue(owner, slot, items.Current);
            list ??= item is Resource ? new List<Resource>() : item.NewInstanceList();
            list.Add(item);
        }

        return list!;
    }

    private Base ReadValue(Base owner, int slot, int at)
    {
        int type = _nodes[at].Type;
        if (_tables.Primitives[type] is var primitive && primitive != PrimitiveType.None) return ReadPrimitive(owner, slot, at, primitive);
        _form.RequireObject(at);
        if (type == 0 || _tables.IsResource(type)) return ReadResource(at);
        Base value = ModelTypes.Create(_tables, type);
        ReadProperties(value, at, type);
        return value;
    }

    private PrimitiveElement ReadPrimitive(Base owner, int slot, int at, PrimitiveType type)
    {
        (int value, int extra) = _form.Primitive(at, type);
        PrimitiveElement element = owner.NewCode(slot) ?? NewPrimitive(type);
        if (value >= 0) element.Literal = _document.Text(value);
        if (extra >= 0) ReadProperties(element, extra, _nodes[at].Type);
        return element;
    }

    private static PrimitiveElement NewPrimitive(PrimitiveType type) => type switch
    {
        PrimitiveType.Base64Binary => new FhirBase64Binary(),
        PrimitiveType.Boolean => new FhirBoolean(),
        PrimitiveType.Canonical => new FhirCanonical(),
        PrimitiveType.Code => new FhirCode(),
        PrimitiveType.Date => new FhirDate(),
        PrimitiveType.DateTime => new FhirDateTime(),
        PrimitiveType.Decimal => new FhirDecimal(),
        PrimitiveType.Id => new FhirId(),
        PrimitiveType.Instant => new FhirInstant(),
        PrimitiveType.Integer => new FhirInteger(),
        PrimitiveType.Markdown => new FhirMarkdown(),
        PrimitiveType.Oid => new FhirOid(),
        PrimitiveType.PositiveInt => new FhirPositiveInt(),
        PrimitiveType.String => new FhirString(),
        PrimitiveType.Time => new FhirTime(),
        PrimitiveType.UnsignedInt => new FhirUnsignedInt(),
        PrimitiveType.Uri => new FhirUri(),
        PrimitiveType.Url => new FhirUrl(),
        PrimitiveType.Uuid => new FhirUuid(),
        PrimitiveType.Xhtml => new FhirXhtml(),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
