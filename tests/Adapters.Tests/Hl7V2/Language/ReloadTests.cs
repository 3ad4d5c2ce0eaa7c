using Consortium.Adapters.Hl7V2.Language.Load;

namespace Consortium.Adapters.Tests.Hl7V2.Language;

public sealed class ReloadTests : IDisposable
{
    private readonly MapSite _site = new();
    private readonly ManualClock _clock = new();
    private readonly List<string> _notices = [];

    public void Dispose() => _site.Dispose();

    [Fact]
    public void An_edit_takes_effect_while_running()
    {
        _site.WithMessage("- {from: PID-5.1, to: maritalStatus.text}\n");
        var maps = new MapSource(_site.Folder, _clock, _notices.Add);
        string before = maps.Current.Version;

        _site.WithMessage("- {from: PID-6.1, to: maritalStatus.text, when: PID-5 VALUED}\n");
        Assert.Equal(before, maps.Current.Version);
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.NotEqual(before, maps.Current.Version);
        Assert.Equal("an edit of the site's HL7 v2 maps is in force.", Assert.Single(_notices));
    }

    [Fact]
    public void A_bad_edit_is_refused_with_file_and_line_and_the_last_good_one_stays()
    {
        _site.WithMessage("- {from: PID-5.1, to: maritalStatus.text}\n");
        var maps = new MapSource(_site.Folder, _clock, _notices.Add);
        MapSetOf(maps);
        string good = maps.Current.Version;

        _site.WithMessage("- {from: PID-5.1, to: maritalStatus.texxt}\n");
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(good, maps.Current.Version);
        Assert.NotNull(maps.Current.Find("ZZZ", "Z01", null));
        Assert.Contains("segments/PID-Patient.yaml: line 4, column 37: CodeableConcept has no element texxt; did you mean text?", Assert.Single(_notices), StringComparison.Ordinal);

        _site.WithMessage("- {from: PID-5.2, to: maritalStatus.text}\n");
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.NotEqual(good, maps.Current.Version);
    }

    [Fact]
    public void A_site_without_maps_may_get_some()
    {
        var maps = new MapSource(_site.Folder, _clock, _notices.Add);
        Assert.Null(maps.Current.Find("ZZZ", "Z01", null));

        _site.WithMessage("- {from: PID-5.1, to: maritalStatus.text}\n");
        _clock.Advance(TimeSpan.FromSeconds(2));

        Assert.NotNull(maps.Current.Find("ZZZ", "Z01", null));
    }

    [Fact]
    public void A_message_without_an_event_is_known_by_its_structure()
    {
        _site.WithMessage("- {from: PID-5.1, to: maritalStatus.text}\n");
        var maps = new MapSource(_site.Folder, _clock);

        Assert.NotNull(maps.Current.Find("ZZZ", null, "ZZZ_Z01"));
        Assert.Null(maps.Current.Find("ZZZ", null, null));
        Assert.Null(maps.Current.Find("ZZZ", "Z02", "ZZZ_Z01"));
    }

    private static void MapSetOf(MapSource maps) => Assert.NotEmpty(maps.Current.Messages);

    private sealed class ManualClock : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
