using Consortium.Adapters.Elements;
using Consortium.Adapters.Hl7V2.Er7;
using Consortium.Adapters.Hl7V2.Language.Conditions;
using Consortium.Messaging;

namespace Consortium.Adapters.Hl7V2.Language.Run;

/// <summary>One message on its way through the maps.</summary>
internal sealed class MapRun(MessageConversion conversion, List<TraceEntry>? trace)
{
    private readonly Stack<List<Made>> _lists = [];
    private readonly Stack<Scope> _scopes = [];
    private readonly Stack<Frame> _frames = [];

    /// <summary>The message, its issues and its resources.</summary>
    public MessageConversion Conversion { get; } = conversion;

    /// <summary>Who made which element; null where nobody asked.</summary>
    public List<TraceEntry>? Trace { get; } = trace;

    /// <summary>The id of the resource that is being written: what it makes beside itself is keyed by it.</summary>
    public string Owner { get; set; } = "";

    /// <summary>How that resource is applied.</summary>
    public ApplyMode OwnerApply { get; set; }

    /// <summary>An empty list, to be given back.</summary>
    public List<Made> RentList() => _lists.TryPop(out List<Made>? list) ? list : [];

    /// <summary>Takes a list back.</summary>
    public void ReturnList(List<Made> list)
    {
        list.Clear();
        _lists.Push(list);
    }

    /// <summary>A scope on a segment, or on a value in it, to be given back.</summary>
    public Scope RentScope(Er7Segment segment, ISegmentFinder surroundings, in Er7Value own)
    {
        Scope scope = _scopes.TryPop(out Scope? free) ? free : new Scope(segment, surroundings);
        scope.Begin(segment, surroundings, own);
        return scope;
    }

    /// <summary>Takes a scope back.</summary>
    public void ReturnScope(Scope scope) => _scopes.Push(scope);

    /// <summary>A frame on a target, to be given back unless somebody keeps it.</summary>
    public Frame RentFrame(DraftObject root)
    {
        Frame frame = _frames.TryPop(out Frame? free) ? free : new Frame(this);
        frame.Begin(root);
        return frame;
    }

    /// <summary>Takes a frame back.</summary>
    public void ReturnFrame(Frame frame) => _frames.Push(frame);
}

/// <summary>An element and the rule that made it.</summary>
/// <param name="Node">What was written.</param>
/// <param name="From">The place in the message; null for a fixed value.</param>
/// <param name="Map">The map: <c>PID[Patient]</c>, or the message.</param>
/// <param name="At">File and line of the rule.</param>
internal sealed record TraceEntry(DraftNode Node, string? From, string Map, string At);
