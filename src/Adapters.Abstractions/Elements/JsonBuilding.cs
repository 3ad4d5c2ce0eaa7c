namespace Consortium.Adapters.Elements;

/// <summary>
/// Building FHIR JSON from values that may be absent: what is absent, blank or empty sets nothing,
/// so that no empty object, array or string ever stands in a resource (FHIR R4 json.html).
/// </summary>
public static class JsonBuilding
{
    /// <summary>Most resources have so many elements or fewer.</summary>
    private const int RoomOfResource = 8;

    /// <summary>A new resource with its type and id.</summary>
    public static DraftObject Resource(string resourceType, string id)
    {
        ArgumentNullException.ThrowIfNull(resourceType);
        ArgumentNullException.ThrowIfNull(id);
        return new DraftObject(RoomOfResource).WithText("resourceType", resourceType).WithText("id", id);
    }

    /// <summary>Sets a property; nothing happens where <paramref name="value"/> is null, an empty object or an empty array.</summary>
    public static DraftObject Set(this DraftObject target, string name, DraftNode? value)
    {
        if (!IsEmpty(value)) target.Put(name, value);
        return target;
    }

    /// <summary>Sets a string property; nothing happens where <paramref name="value"/> is null or blank.</summary>
    public static DraftObject Set(this DraftObject target, string name, string? value)
    {
        if (!Blanks.IsBlank(value)) target.Put(name, value);
        return target;
    }

    /// <summary>Sets a boolean property; nothing happens where <paramref name="value"/> is null.</summary>
    public static DraftObject Set(this DraftObject target, string name, bool? value)
    {
        if (value is { } flag) target[name] = flag;
        return target;
    }

    /// <summary>Sets an array of all the present items; nothing happens where none is.</summary>
    public static DraftObject SetAll(this DraftObject target, string name, IEnumerable<DraftNode?> items)
    {
        foreach (DraftNode? item in items) target.Append(name, item);
        return target;
    }

    /// <summary>Sets an array of all the present strings; nothing happens where none is.</summary>
    public static DraftObject SetAll(this DraftObject target, string name, IEnumerable<string?> items)
    {
        foreach (string? item in items) target.Append(name, item);
        return target;
    }

    /// <summary>Appends to an array property, making it when this is its first item; nothing happens where <paramref name="item"/> is absent.</summary>
    public static DraftObject Append(this DraftObject target, string name, DraftNode? item)
    {
        if (!IsEmpty(item)) ArrayOf(target, name).Add(item);
        return target;
    }

    /// <summary>Appends a string to an array property; nothing happens where it is null or blank.</summary>
    public static DraftObject Append(this DraftObject target, string name, string? item)
    {
        if (!Blanks.IsBlank(item)) ArrayOf(target, name).Add(item);
        return target;
    }

    private static DraftArray ArrayOf(DraftObject target, string name)
    {
        if (target.Find(name) is DraftArray array) return array;
        array = [];
        target.Put(name, array);
        return array;
    }

    private static bool IsEmpty(DraftNode? node) => node is null or DraftObject { Count: 0 } or DraftArray { Count: 0 };
}
