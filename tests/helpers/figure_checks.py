"""What must hold of every figure."""


def check_words(figure):
    """Fail if two texts of one panel overlap."""
    for axes in figure.axes:
        words = [axes.title, axes._left_title, axes._right_title, axes.xaxis.label,
                 axes.yaxis.label, *axes.texts]  # fmt: skip
        if axes.get_legend():
            words += axes.get_legend().get_texts()
        words += [w for axis in (axes.xaxis, axes.yaxis) for w in axis.get_ticklabels()]
        boxes = [(w.get_text(), w.get_window_extent()) for w in words if w.get_text()]
        boxes = [(text, box) for text, box in boxes if box.width and box.height]
        for i, (text, box) in enumerate(boxes):
            for other, second in boxes[i + 1 :]:
                inside = box.padded(-1).overlaps(second.padded(-1))
                assert not inside, f"{axes.get_title(loc='left')}: {text!r} on {other!r}"
