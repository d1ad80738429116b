namespace MailAdmin.Dashboard.ViewModels;

/// <summary>What a piece of text means. A theme turns it into colour; without colour it is weight and inversion, never colour alone.</summary>
internal enum Tone : byte
{
    /// <summary>Plain text.</summary>
    Normal,
    /// <summary>There, but not asking to be read.</summary>
    Dim,
    /// <summary>Names of things, headings.</summary>
    Title,
    /// <summary>As it should be.</summary>
    Good,
    /// <summary>Somebody should look.</summary>
    Warning,
    /// <summary>Something failed.</summary>
    Failure,
    /// <summary>A live figure.</summary>
    Accent,
    /// <summary>The row or tab that keys act on.</summary>
    Selected,
    /// <summary>A row that would be selected if its pane had the keys.</summary>
    SelectedElsewhere,
    /// <summary>Headings of columns.</summary>
    Header,
    /// <summary>The name of a key in a hint.</summary>
    Key,
    /// <summary>Where text is typed.</summary>
    Input,
    /// <summary>The character under the cursor.</summary>
    Cursor,
}
