using System.Drawing;
using MailAdmin.Dashboard.ViewModels;
using Terminal.Gui.Drivers;
using Terminal.Gui.Input;
using Terminal.Gui.ViewBase;
using Terminal.Gui.Views;

namespace MailAdmin.Dashboard.Views;

/// <summary>
/// The one view that Terminal.Gui sees. It draws the screen into a canvas of its own and hands on only the cells that differ from what stands there: a frame
/// costs what changed in it, and a page that is not on show costs nothing.
/// </summary>
internal sealed class DashboardWindow : Runnable
{
    /// <summary>Nothing is laid out in less.</summary>
    private const int LeastWidth = 40, LeastHeight = 10;

    private readonly DashboardModel _model;
    private readonly DashboardScreen _screen;
    private readonly bool _isPlain;
    private Canvas? _canvas, _shown;
    private bool _isStale = true;

    public DashboardWindow(DashboardModel model, Theme theme, bool isPlain)
    {
        _model = model;
        _screen = new DashboardScreen(model);
        Theme = theme;
        _isPlain = isPlain;
        Width = Dim.Fill();
        Height = Dim.Fill();
        CanFocus = true;
    }

    /// <summary>Colours in use.</summary>
    public Theme Theme { get; private set; }

    /// <summary>Frames drawn, for tests.</summary>
    public int Frames { get; private set; }

    /// <summary>Cells handed to the terminal in the last frame, for tests.</summary>
    public int CellsChanged { get; private set; }

    /// <summary>Takes in what background work found; asks for a frame only where there was something.</summary>
    public void Tick()
    {
        if (_model.Changes.Drain() | _model.Expire())
        {
            SetNeedsDraw();
        }
    }

    /// <summary>What stands on the terminal is no longer known: the next frame draws every cell.</summary>
    public void Repaint()
    {
        _isStale = true;
        SetNeedsDraw();
    }

    /// <summary>Gives the terminal back to the shell until it is resumed; null where there is no job control.</summary>
    public Action? Suspends { get; set; }

    /// <summary>Suspends, as Ctrl+Z does.</summary>
    public void Suspend()
    {
        if (Suspends is not { } suspend)
        {
            _model.Say("Ctrl+Z suspends on Linux and macOS only", Tone.Accent);
            return;
        }

        suspend();
        Repaint();
    }

    /// <summary>Takes in pasted text.</summary>
    public void PasteText(string text)
    {
        _screen.OnPaste(text);
        SetNeedsDraw();
    }

    // Every cell is drawn over where it changed: clearing first would make all of them change.
    protected override bool OnClearingViewport() => true;

    protected override bool OnDrawingContent(DrawContext? context)
    {
        var size = Viewport.Size;
        if (size.Width < 1 || size.Height < 1)
        {
            return true;
        }

        if (_canvas is null || _canvas.Width != size.Width || _canvas.Height != size.Height)
        {
            _canvas = new Canvas(size.Width, size.Height, _isPlain);
            _shown = new Canvas(size.Width, size.Height, _isPlain);
            _isStale = true;
        }

        _canvas.Clear();
        if (size.Width < LeastWidth || size.Height < LeastHeight)
        {
            _canvas.Text(0, 0, $"needs {LeastWidth} x {LeastHeight}", Tone.Warning);
        }
        else
        {
            _screen.Draw(_canvas);
        }

        Frames++;
        CellsChanged = 0;
        for (var y = 0; y < size.Height; y++)
        {
            DrawRow(y, _canvas, _shown!);
        }

        _isStale = false;
        Cursor = _canvas.Cursor is { } cursor
            ? new Cursor { Position = ViewportToScreen(new Point(cursor.X, cursor.Y)), Style = CursorStyle.BlinkingBar }
            : new Cursor { Position = null };
        (_canvas, _shown) = (_shown, _canvas);
        return true;
    }

    protected override bool OnKeyDown(Key key)
    {
        _model.Changes.Drain();
        Obey(_screen.OnKey(key));
        SetNeedsDraw();
        // All keys end here: Terminal.Gui's own, Esc to quit among them, would act behind our back.
        return true;
    }

    private void Obey(ScreenRequest request)
    {
        switch (request)
        {
            case ScreenRequest.Quit:
                App?.RequestStop(this);
                break;
            case ScreenRequest.Suspend:
                Suspend();
                break;
            case ScreenRequest.Repaint:
                App?.Driver?.ClearContents();
                Repaint();
                break;
            case ScreenRequest.NextTheme:
                Theme = Theme.Next;
                _model.Say("theme " + Theme.Name, Tone.Accent);
                Repaint();
                break;
        }
    }

    protected override bool OnMouseEvent(Mouse mouse)
    {
        MouseDeed? deed = mouse.Flags switch
        {
            var f when f.HasFlag(MouseFlags.LeftButtonDoubleClicked) => MouseDeed.DoubleClick,
            var f when f.HasFlag(MouseFlags.LeftButtonClicked) => MouseDeed.Click,
            var f when f.HasFlag(MouseFlags.WheeledUp) => MouseDeed.WheelUp,
            var f when f.HasFlag(MouseFlags.WheeledDown) => MouseDeed.WheelDown,
            _ => null,
        };
        if (deed is { } done && mouse.Position is { } at && _shown is { } shown && shown.Mouse(done, at.X, at.Y))
        {
            Obey(_screen.TakeRequest());
            SetNeedsDraw();
        }

        return true;
    }

    private void DrawRow(int y, Canvas now, Canvas before)
    {
        var row = y * now.Width;
        var x = 0;
        while (x < now.Width)
        {
            if (!_isStale && Same(now, before, row + x))
            {
                x++;
                continue;
            }

            // A run of one tone goes out in one call; a wide character is never begun in its middle.
            var start = x > 0 && now.Cells[row + x] is null ? x - 1 : x;
            var tone = now.Tones[row + start];
            x = start;
            var text = new System.Text.StringBuilder();
            while (x < now.Width && now.Tones[row + x] == tone && (x == start || _isStale || !Same(now, before, row + x) || now.Cells[row + x] is null))
            {
                text.Append(now.Cells[row + x]);
                x++;
            }

            CellsChanged += x - start;
            SetAttribute(Theme[tone]);
            Move(start, y);
            AddStr(text.ToString());
        }
    }

    private static bool Same(Canvas a, Canvas b, int at) => a.Tones[at] == b.Tones[at] && string.Equals(a.Cells[at], b.Cells[at], StringComparison.Ordinal);
}
